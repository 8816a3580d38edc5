// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.cheetah.http.ByteRange;
import exo.libos.cheetah.http.HeadWriter;
import exo.libos.cheetah.http.Method;
import exo.libos.cheetah.http.Preconditions;
import exo.libos.cheetah.http.Request;
import exo.libos.cheetah.http.Status;
import exo.libos.fs.FileNode;

/**
 * Decides what to answer a request, and hands it to the connection's {@link Outgoing}.
 *
 * <p><b>Thread-safety.</b> Confined to the server's thread. <b>Cost.</b> No allocation for files
 * that were asked for before.
 */
final class Responder {
    private final Server server;
    private final Site site;
    private final HeadWriter writer;
    private final ByteRange range = new ByteRange();

    Responder(Server server, Site site) {
        this.server = server;
        this.site = site;
        this.writer = server.writer();
    }

    /**
     * Answers a request.
     *
     * @param verdict what the parser said of it
     * @return whether the connection stays
     */
    boolean respond(Status verdict, Request request, Outgoing out) {
        boolean stays = request.isKeptAlive() && !server.isStopping();
        server.counters().add(Counters.REQUESTS, 1);
        Resource resource = verdict == Status.OK ? site.find(request) : null;
        if (resource == null) {
            plain(verdict, request, stays, out);
        } else if (resource.status() == Status.MOVED_PERMANENTLY) {
            begin(Status.MOVED_PERMANENTLY, request, stays);
            writer.location(resource.fields(), request)
                    .page(Status.MOVED_PERMANENTLY, request);
            out.message(writer);
        } else if (resource.status() != Status.OK) {
            plain(resource.status(), request, stays, out);
        } else if (resource.isListing()) {
            list(resource, request, stays, out);
        } else {
            file(resource, request, stays, out);
        }
        return stays;
    }

    /** Answers what is no request. */
    void refuse(Status status, Outgoing out) {
        server.counters().add(Counters.REQUESTS, 1);
        plain(status, server.nobody(), false, out);
    }

    private void begin(Status status, Request request, boolean stays) {
        server.counters().answered(status);
        writer.begin(status, request, stays, server.epochSecond());
    }

    private void plain(Status status, Request request, boolean stays, Outgoing out) {
        server.counters().answered(status);
        writer.plain(status, request, stays, server.epochSecond());
        out.message(writer);
    }

    private void list(Resource resource, Request request, boolean stays, Outgoing out) {
        Listing listing = resource.listing();
        begin(Status.OK, request, stays);
        writer.put(resource.fields()).contentLength(listing.lengthBytes()).end();
        if (request.method() == Method.HEAD) {
            out.message(writer);
        } else {
            out.list(writer, listing);
        }
    }

    private void file(Resource resource, Request request, boolean stays, Outgoing out) {
        FileNode file = resource.file();
        long modified = Resource.second(file);
        Status status = Preconditions.judge(request, resource.tag(), modified,
                server.epochSecond());
        if (status == Status.PRECONDITION_FAILED) {
            plain(status, request, stays, out);
        } else if (status == Status.NOT_MODIFIED) {
            begin(status, request, stays);
            writer.put(resource.fields()).end();
            out.message(writer);
        } else {
            content(resource, request, stays, out);
        }
    }

    private void content(Resource resource, Request request, boolean stays, Outgoing out) {
        FileNode file = resource.file();
        long size = file.size();
        switch (Preconditions.range(request, resource.tag(), Resource.second(file), size,
                range)) {
            case UNSATISFIABLE -> {
                begin(Status.RANGE_NOT_SATISFIABLE, request, stays);
                writer.noRange(size).page(Status.RANGE_NOT_SATISFIABLE, request);
                out.message(writer);
            }
            case PART -> {
                writer.begin(Status.PARTIAL_CONTENT, request, stays, server.epochSecond())
                        .put(resource.fields())
                        .contentRange(range, size)
                        .contentLength(range.last() - range.first() + 1)
                        .end();
                out.file(writer, Status.PARTIAL_CONTENT, file, range.first(), range.last() + 1);
            }
            case WHOLE -> {
                writer.begin(Status.OK, request, stays, server.epochSecond())
                        .put(resource.fields())
                        .contentLength(size)
                        .end();
                if (request.method() == Method.HEAD || size == 0) {
                    server.counters().answered(Status.OK);
                    out.message(writer);
                } else {
                    out.file(writer, Status.OK, file, 0, size);
                }
            }
        }
    }
}
