// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import exo.api.Capability;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.LibOs;
import exo.api.disk.Extent;
import exo.api.mem.Frames;
import exo.api.upcall.Repossession;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.libos.vm.gib.GibView;
import exo.libos.vm.gib.Mode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The swap server of last resort: it keeps pages of other environments on an extent of its own.
 *
 * <p><b>How it works.</b> A client grants it a capability for the pages and leaves a request in a
 * mailbox that both see. The server maps the pages, moves them straight between the client's frames
 * and its extent, and answers. It needs no frame of its own, and sees the pages only as long as the
 * client lets it.
 *
 * <pre>
 *   client                                   server
 *   share pages, READ (out) or READ+WRITE (in)
 *   request into the mailbox
 *   grant  ------------------------------->  onGrant: which mailbox has its nonce?
 *                                            map; blocks to or from the frames; unmap
 *   take the grant back  <-----------------  answer into the mailbox
 *   out: release the pages
 *   in:  compare checksums; forget the ticket
 * </pre>
 *
 * <p><b>Trust.</b> Clients believe it nothing but that it keeps secrets. It believes clients
 * nothing: the nonce, which only the mailbox holds, shows whose pages they are, and a ticket is
 * good for the client that got it. What a client leaves behind, by its end or by giving up before
 * the answer, is freed; so is what it had when its mailbox shows void.
 *
 * <p><b>Limits.</b> So many clients, and so many pages for each. Who comes later is refused with
 * {@link ErrorCode#EXHAUSTED}. One request is served after the other.
 *
 * <p><b>What it needs.</b> The extent in its key-ring, with {@code READ} and {@code WRITE}; about
 * three kernel objects for each client. Clients need a capability for its environment with {@code
 * GRANT}: create the server first. It runs until it is asked to stop.
 *
 * @see "Engler, PhD thesis, MIT 1998, page 25: the swap server"
 */
public final class SwapServer implements LibOs {
    private final String extentLabel;
    private final int maxClients;
    private final int pagesPerClient;

    /**
     * Makes the server.
     *
     * @param extentLabel the label of its extent in its key-ring
     * @param maxClients how many clients it serves, at least 1
     * @param pagesPerClient how many pages it keeps for each at most, at least 1
     */
    public SwapServer(String extentLabel, int maxClients, int pagesPerClient) {
        if (maxClients < 1 || pagesPerClient < 1) {
            throw new IllegalArgumentException("a server needs clients and pages, but has "
                    + maxClients + " and " + pagesPerClient);
        }
        this.extentLabel = extentLabel;
        this.maxClients = maxClients;
        this.pagesPerClient = pagesPerClient;
    }

    @Override
    public void run(Env env) {
        Extent extent = env.keys().find(extentLabel, Extent.class);
        try (PageStore store = new PageStore(env, extent)) {
            new Service(env, store).run();
        }
    }

    /** One run of the server. */
    private final class Service implements UpcallHandler {
        private final Env env;
        private final PageStore store;
        private final Slots slots;
        private final List<Channel> channels = new ArrayList<>();
        private final Deque<Capability> arrived = new ArrayDeque<>();
        private boolean isOver;

        Service(Env env, PageStore store) {
            this.env = env;
            this.store = store;
            this.slots = new Slots(store.slotCount());
        }

        void run() {
            env.upcalls().handler(this);
            while (!isOver) {
                env.upcalls().await(Upcalls.NEVER);
                while (!arrived.isEmpty()) {
                    receive(arrived.remove());
                }
                sweep();
            }
            channels.forEach(channel -> channel.close(slots));
        }

        @Override
        public void onGrant(Capability capability) {
            arrived.add(capability);
        }

        @Override
        public void onRepossession(Repossession entry) {
            env.upcalls().repossessions(true); // a mailbox or pages went: the sweep finds out
        }

        @Override
        public void onStopRequest() {
            isOver = true;
        }

        /** What is neither mail nor pages was not meant for this, and its granter pays for it. */
        private void receive(Capability capability) {
            String label = capability.label();
            if (capability instanceof Frames frames && label.startsWith(Mailbox.MAIL_PREFIX)) {
                admit(frames);
            } else if (capability instanceof Frames frames
                    && label.startsWith(Mailbox.PAGES_PREFIX)) {
                serve(frames);
                drop(frames);
            }
        }

        private void drop(Capability capability) {
            try {
                env.keys().drop(capability);
            } catch (ExoException e) {
                if (e.code() != ErrorCode.REVOKED) { // its source took it back meanwhile
                    throw e;
                }
            }
        }

        // ---- clients ---------------------------------------------------------------------------

        private void admit(Frames mail) {
            GibView view;
            if (mail.count() != 1) {
                drop(mail);
                return;
            }
            try {
                view = GibView.attach(env, mail, Mode.WRITE);
            } catch (ExoException e) {
                drop(mail); // not to be written, gone again, or no room for it: nobody to tell
                return;
            }
            sweep();
            if (channels.size() < maxClients) {
                channels.add(new Channel(view, mail));
                new Mailbox(view.segment()).greet(Mailbox.WELCOME);
            } else {
                new Mailbox(view.segment()).greet(-ErrorCode.EXHAUSTED.number());
                view.close();
                drop(mail);
            }
        }

        /** Frees what clients left behind. */
        private void sweep() {
            channels.removeIf(channel -> {
                boolean hasEnded = !channel.isLive();
                if (hasEnded) {
                    channel.close(slots);
                } else {
                    channel.sweep(slots);
                }
                return hasEnded;
            });
        }

        // ---- requests --------------------------------------------------------------------------

        private void serve(Frames frames) {
            sweep(); // what is left are clients that were there a moment ago
            for (Channel channel : channels) {
                long number = channel.newRequest();
                Mailbox.Request request = channel.mailbox().request();
                if (number != 0 && Mailbox.pagesLabel(request.nonce()).equals(frames.label())) {
                    channel.served(number);
                    channel.mailbox().answer(number, serve(channel, number, request, frames));
                    return;
                }
            }
        }

        private Mailbox.Answer serve(Channel channel, long number, Mailbox.Request request,
                Frames frames) {
            if (request.pages() != frames.count() || frames.count() > SwapClient.MAX_PAGES) {
                return refusal(ErrorCode.OUT_OF_RANGE);
            }
            if (request.operation() == Mailbox.OUT) {
                return swapOut(channel, number, request, frames);
            }
            return request.operation() == Mailbox.IN
                    ? swapIn(channel, request, frames)
                    : refusal(ErrorCode.INVALID);
        }

        private Mailbox.Answer swapOut(Channel channel, long number, Mailbox.Request request,
                Frames frames) {
            int count = frames.count();
            if (count > slots.free() || channel.pages() + count > pagesPerClient) {
                return refusal(ErrorCode.EXHAUSTED);
            }
            int[] taken = slots.take(count);
            int refusal = store.write(frames, taken, request.deadlineNanos());
            if (refusal != 0) {
                slots.free(taken);
                return new Mailbox.Answer(-refusal, 0);
            }
            return new Mailbox.Answer(0, channel.admit(taken, number));
        }

        private Mailbox.Answer swapIn(Channel channel, Mailbox.Request request, Frames frames) {
            int[] held = channel.find(request.ticket());
            if (held == null || held.length != frames.count()) {
                return refusal(ErrorCode.NOT_FOUND);
            }
            return new Mailbox.Answer(-store.read(frames, held, request.deadlineNanos()), 0);
        }

        private static Mailbox.Answer refusal(ErrorCode code) {
            return new Mailbox.Answer(code.number(), 0);
        }
    }
}
