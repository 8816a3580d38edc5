// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import exo.api.mem.Frames;
import exo.libos.vm.gib.GibView;
import java.util.HashMap;
import java.util.Map;

/** One client, as the server knows it. Confined to the server's thread. */
final class Channel {
    private final GibView view;
    private final Frames mail;
    private final Mailbox mailbox;
    private final Map<Long, int[]> tickets = new HashMap<>(); // to slots, one for each page
    private int pages;
    private long lastTicket;
    private long lastOut; // number of the last request that made a ticket, 0 if none
    private long served; // number of the last request that was looked at

    Channel(GibView view, Frames mail) {
        this.view = view;
        this.mail = mail;
        this.mailbox = new Mailbox(view.segment());
    }

    Mailbox mailbox() {
        return mailbox;
    }

    Frames mail() {
        return mail;
    }

    /** {@return whether the client is still there} */
    boolean isLive() {
        return view.isLive();
    }

    /** {@return how many pages it has here} */
    int pages() {
        return pages;
    }

    /** {@return a new ticket for slots, made by a request} */
    long admit(int[] slots, long request) {
        tickets.put(++lastTicket, slots);
        pages += slots.length;
        lastOut = request;
        return lastTicket;
    }

    /** {@return the slots of a ticket, or null if it has no such ticket} */
    int[] find(long ticket) {
        return tickets.get(ticket);
    }

    /** Removes tickets that the client has forgotten, or never heard of. */
    void sweep(Slots slots) {
        if (lastOut != 0 && mailbox.requested() != lastOut && mailbox.lastTaken() < lastOut) {
            remove(lastTicket, slots); // it gave up waiting for this one, and asked for another
            lastOut = 0;
        }
        for (int left = mailbox.forgotten(); left > 0; left--) {
            remove(mailbox.takeForgotten(), slots);
        }
    }

    private void remove(long ticket, Slots slots) {
        int[] held = tickets.remove(ticket);
        if (held != null) {
            pages -= held.length;
            slots.free(held);
        }
    }

    /** {@return the number of the request, if it was not looked at before, or 0} */
    long newRequest() {
        long number = mailbox.requested();
        return number == served ? 0 : number;
    }

    void served(long number) {
        served = number;
    }

    /** Ends: frees everything the client has here. */
    void close(Slots slots) {
        tickets.values().forEach(slots::free);
        tickets.clear();
        pages = 0;
        view.close();
    }
}
