// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.code.LinkType;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Reads captures of the classic format of libpcap, packet by packet. */
final class CaptureReader implements AutoCloseable {
    /** The most bytes of a packet: what a capture announces beyond this is damage. */
    static final int MAX_PACKET = 1 << 24;

    private static final int HEADER_BYTES = 24;
    private static final int RECORD_BYTES = 16;
    private static final int MICROSECONDS = 0xa1b2c3d4;
    private static final int NANOSECONDS = 0xa1b23c4d;
    private static final int NEXT_GENERATION = 0x0a0d0d0a;
    private static final int LINK_BITS = 0x0fff_ffff;

    private final InputStream in;
    private final ByteOrder order;
    private final LinkType link;
    private long packets;
    private int wireBytes;

    /**
     * Reads the header.
     *
     * @param in the capture; closed with this reader
     * @throws IOException if it is none, with a message for the user
     */
    CaptureReader(InputStream in) throws IOException {
        this.in = new BufferedInputStream(in, 1 << 16);
        ByteBuffer header = ByteBuffer.wrap(this.in.readNBytes(HEADER_BYTES));
        if (header.limit() < HEADER_BYTES) {
            throw new IOException("a capture begins with " + HEADER_BYTES + " bytes of header, but"
                    + " there are only " + header.limit());
        }
        order = order(header.getInt(0));
        header.order(order);
        int number = header.getInt(20) & LINK_BITS;
        link = LinkType.of(number)
                .orElseThrow(() -> new IOException("the capture has link type " + number
                        + ", which is none of those known here"));
    }

    private static ByteOrder order(int magic) throws IOException {
        if (magic == MICROSECONDS || magic == NANOSECONDS) {
            return ByteOrder.BIG_ENDIAN;
        }
        int reversed = Integer.reverseBytes(magic);
        if (reversed == MICROSECONDS || reversed == NANOSECONDS) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        throw new IOException(magic == NEXT_GENERATION
                ? "the capture is in the format pcapng, which is not read here; convert it by"
                        + " 'tcpdump -r FILE -w NEW' or 'editcap -F pcap FILE NEW'"
                : String.format("a capture begins with a1b2c3d4 or a1b23c4d in either byte order,"
                        + " not with %08x", magic));
    }

    /** {@return what the packets begin with} */
    LinkType link() {
        return link;
    }

    /**
     * {@return the bytes that were captured of the next packet; nothing at the end}
     *
     * @throws IOException if the capture is cut off or damaged there
     */
    Optional<byte[]> next() throws IOException {
        byte[] head = in.readNBytes(RECORD_BYTES);
        if (head.length == 0) {
            return Optional.empty();
        }
        packets++;
        if (head.length < RECORD_BYTES) {
            throw new EOFException("the capture is cut off in the header of packet " + packets);
        }
        ByteBuffer fields = ByteBuffer.wrap(head).order(order);
        int length = fields.getInt(8);
        if (length < 0 || length > MAX_PACKET) {
            throw new IOException("the capture is damaged: packet " + packets + " would have "
                    + Integer.toUnsignedString(length) + " bytes");
        }
        byte[] packet = in.readNBytes(length);
        if (packet.length < length) {
            throw new EOFException("the capture is cut off in packet " + packets + ": "
                    + packet.length + " of " + length + " bytes are there");
        }
        wireBytes = fields.getInt(12);
        return Optional.of(packet);
    }

    /** {@return how long the last packet was on the wire; more than was captured if it was cut} */
    int wireBytes() {
        return wireBytes;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
