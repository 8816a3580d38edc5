// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.net.CloseReason;
import exo.libos.net.TcpConnection;
import exo.libos.net.TcpHandler;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** One connection of a client, which waits for what it wants to know. */
final class Conversation implements TcpHandler {
    private final Client client;
    private TcpConnection connection;
    private byte[] unsent = new byte[0];
    private byte[] arrived = new byte[4096];
    private int arrivedBytes;
    private boolean reads = true;
    private boolean connected;
    private CloseReason closeReason; // null while it is open

    Conversation(Client client) {
        this.client = client;
    }

    void over(TcpConnection made) {
        connection = made;
    }

    // ---- what the stack says

    @Override
    public void onConnected(TcpConnection made) {
        connected = true;
    }

    @Override
    public void onReceive(TcpConnection made) {
        while (reads && made.available() > 0) {
            int length = made.inputLength();
            if (length > arrived.length - arrivedBytes) {
                arrived = Arrays.copyOf(arrived, Math.max(arrivedBytes + length,
                        2 * arrived.length));
            }
            MemorySegment.copy(client.memory(), JAVA_BYTE, made.inputOffset(), arrived,
                    arrivedBytes, length);
            arrivedBytes += length;
            made.consume(length);
        }
    }

    @Override
    public void onWritable(TcpConnection made) {
        push();
    }

    @Override
    public void onClosed(TcpConnection made, CloseReason reason) {
        closeReason = reason;
    }

    private void push() {
        int taken = connection.trySend(MemorySegment.ofArray(unsent), 0, unsent.length);
        unsent = Arrays.copyOfRange(unsent, taken, unsent.length);
    }

    // ---- what the test does

    Conversation awaitConnected() {
        client.until("connected", () -> connected || closeReason != null);
        assertNull(closeReason);
        return this;
    }

    /** Sends text; a bar is a line end. */
    Conversation send(String text) {
        return sendBytes(text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    Conversation sendBytes(byte[] bytes) {
        byte[] all = Arrays.copyOf(unsent, unsent.length + bytes.length);
        System.arraycopy(bytes, 0, all, unsent.length, bytes.length);
        if (closeReason != null) {
            return this;
        }
        unsent = all;
        push();
        client.flush();
        return this;
    }

    /** Takes nothing more from the connection. */
    void stopReading() {
        reads = false;
    }

    /** Takes a few bytes although it has stopped reading, and forgets them. */
    void take(int mostBytes) {
        if (closeReason == null) {
            connection.consume(Math.min(mostBytes, connection.available()));
        }
    }

    boolean isAcknowledged() {
        return closeReason != null || connection.unacknowledged() == 0;
    }

    int arrivedBytes() {
        return arrivedBytes;
    }

    void abort() {
        connection.abort();
        client.flush();
    }

    void shut() {
        if (closeReason == null) {
            connection.shutOutput();
            client.flush();
        }
    }

    boolean isClosed() {
        return closeReason != null;
    }

    /** Waits for the end of the connection and tells how it was. */
    CloseReason end() {
        client.until("closed", this::isClosed);
        return closeReason;
    }

    /** Waits until the server has closed its side; nothing else may have arrived. */
    void awaitShut() {
        client.until("shut", () -> closeReason != null || connection.isInputShut());
        assertEquals("", text());
    }

    /** Waits until the server has closed its side, and closes this one. */
    void awaitEnd() {
        awaitShut();
        if (closeReason == null) {
            shut();
        }
        assertEquals(CloseReason.FINISHED, end());
    }

    /** Sends a request and waits for the response. */
    Reply get(String path, String... fields) {
        return ask("GET", path, fields);
    }

    Reply ask(String method, String path, String... fields) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: x\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        sendBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        return reply(!method.equals("HEAD"));
    }

    Reply reply() {
        return reply(true);
    }

    Reply reply(boolean hasBody) {
        client.until("a response", () -> parse(hasBody).isPresent() || closeReason != null);
        Reply reply = parse(hasBody).orElseThrow(() -> new AssertionError(
                closeReason + " after " + text()));
        int length = headBytes() + reply.body().length;
        arrivedBytes -= length;
        System.arraycopy(arrived, length, arrived, 0, arrivedBytes);
        return reply;
    }

    private String text() {
        return new String(arrived, 0, arrivedBytes, StandardCharsets.ISO_8859_1);
    }

    private int headBytes() {
        for (int i = 3; i < arrivedBytes; i++) {
            if (arrived[i] == '\n' && arrived[i - 1] == '\r' && arrived[i - 2] == '\n'
                    && arrived[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private Optional<Reply> parse(boolean hasBody) {
        int head = headBytes();
        if (head < 0) {
            return Optional.empty();
        }
        String[] lines = new String(arrived, 0, head - 4, StandardCharsets.ISO_8859_1)
                .split("\r\n", -1);
        assertTrue(lines[0].matches("HTTP/1\\.1 [1-5]\\d\\d [A-Za-z -]+"), lines[0]);
        int status = Integer.parseInt(lines[0].substring(9, 12));
        Map<String, String> fields = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            String before = fields.put(lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip());
            assertNull(before, lines[i]);
        }
        int length = hasBody && status != 304
                ? Integer.parseInt(fields.get("content-length"))
                : 0;
        if (arrivedBytes < head + length) {
            return Optional.empty();
        }
        return Optional.of(
                new Reply(status, fields, Arrays.copyOfRange(arrived, head, head + length)));
    }
}
