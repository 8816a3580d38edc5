// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.cheetah.http.EntityTag;
import exo.libos.cheetah.http.Status;
import exo.libos.fs.FileNode;
import java.nio.charset.StandardCharsets;

/**
 * What a path of the site leads to, with all that can be written down before anybody asks.
 *
 * <p>Immutable, as the volume is.
 */
final class Resource {
    private static final long NANOS_A_SECOND = 1_000_000_000;

    private final Status status;
    private final FileNode file;
    private final Listing listing;
    private final byte[] tag;
    private final byte[] fields;

    private Resource(Status status, FileNode file, Listing listing, byte[] tag, String fields) {
        this.status = status;
        this.file = file;
        this.listing = listing;
        this.tag = tag;
        this.fields = fields.getBytes(StandardCharsets.US_ASCII);
    }

    /** {@return the content of a file} */
    static Resource file(FileNode file, String contentType) {
        byte[] tag = EntityTag.of(file.version(), file.size());
        return new Resource(Status.OK, file, null, tag, "Accept-Ranges: bytes\r\n"
                + "ETag: " + new String(tag, StandardCharsets.US_ASCII) + "\r\n"
                + "Last-Modified: " + DateText.of(second(file)) + "\r\n"
                + "Content-Type: " + contentType + "\r\n"
                + "X-Content-Type-Options: nosniff\r\n");
    }

    /** {@return the list of what a directory holds} */
    static Resource listing(Listing listing) {
        return new Resource(Status.OK, null, listing, new byte[0], """
                Accept-Ranges: none\r
                Content-Type: text/html; charset=utf-8\r
                X-Content-Type-Options: nosniff\r
                """);
    }

    /** {@return a directory that was asked for without the slash} */
    static Resource redirect(String path) {
        return new Resource(Status.MOVED_PERMANENTLY, null, null, new byte[0], path);
    }

    /** {@return nothing} */
    static Resource refused(Status status) {
        return new Resource(status, null, null, new byte[0], "");
    }

    static long second(FileNode file) {
        return Math.floorDiv(file.modifiedNanos(), NANOS_A_SECOND);
    }

    /** {@return OK, MOVED_PERMANENTLY, or why there is nothing} */
    Status status() {
        return status;
    }

    boolean isListing() {
        return listing != null;
    }

    /** {@return the list, if it is one} */
    Listing listing() {
        return listing;
    }

    /** {@return the file, if it is one} */
    FileNode file() {
        return file;
    }

    /** {@return the entity tag of the file; not to be changed} */
    byte[] tag() {
        return tag;
    }

    /** {@return the fields that describe it, or the path of the redirection; not to be changed} */
    byte[] fields() {
        return fields;
    }
}
