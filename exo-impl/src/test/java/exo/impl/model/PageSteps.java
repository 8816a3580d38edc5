// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.ErrorCode;
import exo.api.Rights;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.impl.model.ModelPage.Kind;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** Steps with windows and pages. */
final class PageSteps extends Steps {
    private static final int PAGE_BYTES = 4096;
    private static final int TRIES = 12;

    private long lastValue;

    PageSteps(Model model, RandomGenerator random, Log log) {
        super(model, random, log);
    }

    /** A run of pages of a window. */
    private record Run(ModelWindow window, int first, int count) {
        @Override
        public String toString() {
            return window.env + " window " + window.env.windows.indexOf(window) + " pages " + first
                    + "+" + count;
        }

        Window real() {
            return window.real;
        }

        ModelEnv env() {
            return window.env;
        }

        boolean any(Predicate<ModelPage> what) {
            return window.any(first, count, what);
        }

        void each(Consumer<ModelPage> what) {
            for (int i = first; i < first + count; i++) {
                what.accept(window.pages[i]);
            }
        }
    }

    private Run anyRun(ModelWindow window, int longest) {
        int first = random.nextInt(window.pages.length);
        int count = 1 + random.nextInt(Math.min(longest, window.pages.length - first));
        return new Run(window, first, count);
    }

    /**
     * {@return a run in some window, or null} Mostly one whose pages are as wished.
     *
     * @param writable whether the window must be writable
     * @param wish what pages are wanted
     */
    private Run anyRun(boolean writable, Predicate<ModelPage> wish) {
        for (int i = 0; i < TRIES; i++) {
            ModelWindow window = anyWindow();
            if (window == null || (writable && !window.writable)) {
                continue;
            }
            Run run = anyRun(window, 5);
            if (i == 0 && isRare(5)) {
                return run;
            }
            int count = 0;
            while (count < run.count() && wish.test(window.pages[run.first() + count])) {
                count++;
            }
            if (count > 0) {
                return new Run(window, run.first(), count);
            }
        }
        return null;
    }

    private static boolean isInUse(ModelPage page) {
        return page.kind == Kind.OWN && !page.idle;
    }

    void bind() {
        ModelEnv env = anyEnv();
        if (env.windows.size() >= 4) {
            return;
        }
        int count = 1 + random.nextInt(16);
        boolean writable = !isRare(4);
        note(env + " binds a window of " + count + (writable ? "" : " for reading"));
        EnumSet<ErrorCode> reasons = reasons();
        if (!env.hasObjects(1)) {
            reasons.add(ErrorCode.QUOTA);
        }
        Window[] made = new Window[1];
        if (attempt(env, reasons, real -> made[0] = real.memory()
                .bindWindow(count,
                        writable ? Rights.READ_WRITE : Rights.READ))) {
            env.windows.add(new ModelWindow(env, made[0], writable));
        }
    }

    void close() {
        ModelWindow window = anyWindow();
        if (window == null) {
            return;
        }
        note(window.env + " closes window " + window.env.windows.indexOf(window));
        attempt(window.env, reasons(), real -> window.real.close());
        model.closeWindow(window);
    }

    void alloc() {
        Run run = anyRun(true, ModelPage::isVoid);
        if (run == null) {
            return;
        }
        int count = run.count();
        boolean asksTooMuch = isRare(5);
        while (count > 0 && !run.env().mayHold(count) && !asksTooMuch) {
            count--;
        }
        if (count > 0) {
            alloc(new Run(run.window(), run.first(), count));
        }
    }

    private void alloc(Run run) {
        ModelEnv env = run.env();
        EnumSet<ErrorCode> reasons = chargeReasons(env, run.count());
        if (run.any(page -> !page.isVoid())) {
            reasons.add(ErrorCode.BUSY);
        }
        boolean chosen = isRare(8) && !model.lacks(env, run.count());
        int frame = random.nextInt(model.frames.count() + 2);
        if (chosen) {
            addReasonsOfFrames(frame, run.count(), reasons);
        }
        note(run + " alloc" + (chosen ? " at frame " + frame : ""));
        if (!attempt(env, reasons, real -> {
            if (chosen) {
                run.real().allocPagesAt(run.first(), run.count(), frame);
            } else {
                run.real().allocPages(run.first(), run.count());
            }
        })) {
            return;
        }
        model.charge(env, run.count());
        int[] frames = framesNow(run);
        model.frames.take(frames, env);
        for (int i = 0; i < run.count(); i++) {
            run.window().pages[run.first() + i].show(Kind.OWN, frames[i]);
        }
        if (chosen) {
            assertEquals(frame, frames[0], "the frame that was asked for");
        }
        learnNames(run);
        checkZeros(run);
    }

    private EnumSet<ErrorCode> chargeReasons(ModelEnv env, int count) {
        EnumSet<ErrorCode> reasons = reasons();
        if (!env.mayHold(count)) {
            reasons.add(ErrorCode.QUOTA);
        } else if (!model.canLend(env, count)) {
            reasons.add(ErrorCode.EXHAUSTED);
        }
        return reasons;
    }

    private void addReasonsOfFrames(int first, int count, EnumSet<ErrorCode> reasons) {
        if (first + count > model.frames.count()) {
            reasons.add(ErrorCode.OUT_OF_RANGE);
        } else if (IntStream.range(first, first + count).anyMatch(f -> !model.frames.isFree(f))) {
            reasons.add(ErrorCode.BUSY);
        }
    }

    private int[] framesNow(Run run) {
        return run.env().puppet.tell(real -> IntStream.range(0, run.count())
                .map(i -> run.real().frame(run.first() + i))
                .toArray());
    }

    /** Takes note of the names of pages that were just mapped. */
    private void learnNames(Run run) {
        run.env().puppet.tellTo(real -> {
            for (int i = run.first(); i < run.first() + run.count(); i++) {
                run.window().pages[i].name = run.real().page(i);
                assertEquals(i, Pages.index(run.window().pages[i].name), "a name of the page");
            }
        });
    }

    private void checkZeros(Run run) {
        for (long at = (long) run.first() * PAGE_BYTES; at < (long) (run.first() + run.count())
                * PAGE_BYTES; at += Long.BYTES) {
            assertEquals(0, run.real().segment().get(JAVA_LONG, at), "a new page holds zeros");
        }
    }

    void release() {
        Run run = anyRun(false, page -> !page.isVoid());
        if (run == null) {
            return;
        }
        note(run + " release");
        attempt(run.env(), reasons(), real -> run.real().releasePages(run.first(), run.count()));
        model.releasePages(run.window(), run.first(), run.count());
    }

    void write() {
        Run run = anyRun(true, page -> !page.isVoid());
        if (run == null) {
            return;
        }
        long value = run.env().id << 40 | ++lastValue;
        note(run + " write " + value);
        for (int i = run.first(); i < run.first() + run.count(); i++) {
            for (long at = 0; at < PAGE_BYTES; at += Long.BYTES) {
                run.real().segment().set(JAVA_LONG, (long) i * PAGE_BYTES + at, value);
            }
            run.window().write(i, value, model.frames);
        }
    }

    void returnPage() {
        Run run = anyRun(false, PageSteps::isInUse);
        if (run == null) {
            return;
        }
        ModelPage page = run.window().pages[run.first()];
        int expected = switch (page.kind) {
            case OWN -> page.idle ? ErrorCode.STALE.refusal() : 0;
            case VIEW, THAWED -> ErrorCode.UNSETTLED.refusal();
            default -> ErrorCode.STALE.refusal();
        };
        note(run + " return the first");
        int answer = run.env().puppet.tell(
                real -> run.real().tryReturnPage(run.real().page(run.first())));
        assertEquals(expected, answer);
        if (expected == 0) {
            run.window().forgetName(run.first());
            page.idle = true;
            run.window().idle.addFirst(run.first());
        }
    }

    void takePage() {
        ModelWindow window = anyWindow();
        if (window == null) {
            return;
        }
        for (int i = 0; i < TRIES && window.idle.isEmpty(); i++) {
            ModelWindow other = anyWindow();
            window = other == null ? window : other;
        }
        takePage(window);
    }

    private void takePage(ModelWindow window) {
        Integer expected = window.idle.poll();
        note(window.env + " takes an idle page: " + expected);
        long name = window.env.puppet.tell(real -> window.real.tryTakePage());
        assertEquals(expected == null ? Pages.NONE : (long) expected,
                name == Pages.NONE ? name : Pages.index(name));
        if (expected != null) {
            window.pages[expected].idle = false;
            window.pages[expected].name = name;
        }
    }

    /** Uses a name that was current once. */
    void replay() {
        ModelWindow window = anyWindow();
        if (window == null || window.oldNames.isEmpty()) {
            return;
        }
        long name = window.oldNames.stream()
                .skip(random.nextInt(window.oldNames.size()))
                .findFirst()
                .orElseThrow();
        note(window.env + " replays the name of page " + Pages.index(name));
        int answer = window.env.puppet.tell(real -> window.real.tryReturnPage(name));
        assertEquals(ErrorCode.STALE.refusal(), answer);
    }

    void guarantee() {
        Run run = anyRun(false, page -> page.kind.isCharged());
        if (run == null) {
            return;
        }
        int room = run.env().quota.frames() - run.env().marked;
        if (room > 0 && run.count() > room && !isRare(5)) {
            run = new Run(run.window(), run.first(), room);
        }
        guarantee(run, !isRare(3));
    }

    private void guarantee(Run run, boolean on) {
        EnumSet<ErrorCode> reasons = reasons();
        AtomicInteger more = new AtomicInteger();
        run.each(page -> {
            if (!page.kind.isCharged()) {
                reasons.add(page.refusal());
            }
            more.addAndGet(page.marked ? 0 : 1);
        });
        if (on && more.get() > 0 && run.env().marked + more.get() > run.env().quota.frames()) {
            reasons.add(ErrorCode.QUOTA);
        }
        note(run + (on ? " mark" : " unmark"));
        if (attempt(run.env(), reasons,
                real -> run.real().guarantee(run.first(), run.count(), on))) {
            for (int i = run.first(); i < run.first() + run.count(); i++) {
                ModelPage page = run.window().pages[i];
                run.env().marked += page.marked == on ? 0 : on ? 1 : -1;
                page.marked = on;
            }
        }
    }

    // ---- frames that several windows show ------------------------------------------------------

    private EnumSet<ErrorCode> reasonsOfNew(ModelEnv env) {
        EnumSet<ErrorCode> reasons = reasons();
        if (!env.hasObjects(1)) {
            reasons.add(ErrorCode.QUOTA);
        }
        return reasons;
    }

    private static void addReasonsOfPages(Run run, EnumSet<ErrorCode> reasons) {
        if (run.any(page -> page.kind.isUnsettled())) {
            reasons.add(ErrorCode.UNSETTLED);
        }
        run.each(page -> {
            if (page.idle || page.isVoid() || page.kind == Kind.SHARED) {
                reasons.add(page.refusal());
            }
        });
    }

    void share(String label) {
        Run run = anyRun(false, PageSteps::isInUse);
        if (run == null) {
            return;
        }
        EnumSet<ErrorCode> reasons = reasonsOfNew(run.env());
        addReasonsOfPages(run, reasons);
        Rights rights = isRare(3) ? Rights.READ : Rights.READ_WRITE;
        note(run + " share for " + rights + " as " + label);
        exo.api.mem.Frames[] made = new exo.api.mem.Frames[1];
        if (attempt(run.env(), reasons, real -> made[0] = real.memory()
                .share(run.real(),
                        run.first(), run.count(), rights, label))) {
            run.env().shares.add(new ModelCap(made[0], null, run.env(), run.env(),
                    ModelCap.Resource.shared(run.window().frames(run.first(), run.count()))));
        }
    }

    void snapshot(String label) {
        Run run = anyRun(true, PageSteps::isInUse);
        if (run == null) {
            return;
        }
        EnumSet<ErrorCode> reasons = reasonsOfNew(run.env());
        reasons.addAll(chargeReasons(run.env(), run.count()));
        addReasonsOfPages(run, reasons);
        if (run.any(page -> page.kind == Kind.OWN
                && run.env().shares.stream().anyMatch(s -> s.resource.contains(page.frame)))) {
            reasons.add(ErrorCode.BUSY);
        }
        note(run + " snapshot as " + label);
        exo.api.mem.Frames[] made = new exo.api.mem.Frames[1];
        if (!attempt(run.env(), reasons, real -> made[0] = real.memory()
                .snapshot(run.real(),
                        run.first(), run.count(), label))) {
            return;
        }
        model.charge(run.env(), run.count());
        model.frames.reserve(run.count());
        run.env().snapshots.add(new ModelCap(made[0], null, run.env(), run.env(),
                new ModelCap.Resource(run.window().frames(run.first(), run.count()), run.window(),
                        run.first(), null)));
        for (int i = run.first(); i < run.first() + run.count(); i++) {
            run.window().pages[i].kind = Kind.VIEW;
            run.window().pages[i].written = false;
        }
    }

    /** Maps frames of a capability, as they are or as copies. */
    void map(ModelCap cap, boolean asCopy) {
        ModelWindow window = anyWindow(isRare(20) ? anyEnv() : cap.holder);
        for (int i = 0; i < TRIES && window != null && !asCopy
                && window.writable != cap.rights.contains(Rights.WRITE); i++) {
            window = anyWindow(window.env);
        }
        if (window == null || (asCopy && (!window.writable || !cap.isFrozen()))) {
            return;
        }
        Run run = anyRun(window, cap.resource.frames().length);
        for (int i = 0; i < TRIES && run.any(page -> !page.isVoid()); i++) {
            run = anyRun(window, cap.resource.frames().length);
        }
        map(cap, run, asCopy);
    }

    private void map(ModelCap cap, Run run, boolean asCopy) {
        ModelEnv env = run.env();
        if (asCopy && model.lacks(env, run.count())) {
            return; // the frozen frames could be called in
        }
        int from = random.nextInt(cap.resource.frames().length - run.count() + 1);
        EnumSet<ErrorCode> reasons = mapReasons(cap, run, asCopy);
        note(run + (asCopy ? " copy " : " map ") + cap + " from " + from);
        if (!attempt(env, reasons, real -> {
            if (asCopy) {
                run.real().mapCopy(run.first(), cap.realFrames(), from, run.count());
            } else {
                run.real().map(run.first(), cap.realFrames(), from, run.count());
            }
        })) {
            return;
        }
        if (asCopy) {
            model.charge(env, run.count());
            model.frames.reserve(run.count());
        }
        for (int i = 0; i < run.count(); i++) {
            ModelPage page = run.window().pages[run.first() + i];
            page.show(asCopy ? Kind.VIEW : Kind.SHARED, cap.resource.frames()[from + i]);
            page.cap = cap;
        }
        learnNames(run);
    }

    private EnumSet<ErrorCode> mapReasons(ModelCap cap, Run run, boolean asCopy) {
        EnumSet<ErrorCode> reasons = reasons();
        if (asCopy) {
            reasons.addAll(chargeReasons(run.env(), run.count()));
        }
        if (!cap.alive) {
            reasons.add(ErrorCode.REVOKED);
        }
        if (cap.holder != run.env()) {
            reasons.add(ErrorCode.FOREIGN);
        }
        boolean writes = !asCopy && run.window().writable;
        if (!cap.rights.contains(writes ? Rights.READ_WRITE : Rights.READ)) {
            reasons.add(ErrorCode.INSUFFICIENT);
        }
        if (run.any(page -> !page.isVoid())) {
            reasons.add(ErrorCode.BUSY);
        }
        return reasons;
    }

    void settle() {
        Run run = anyRun(true, page -> page.kind.isUnsettled());
        if (run == null) {
            return;
        }
        note(run + " settle");
        attempt(run.env(), reasons(), real -> run.real().settle(run.first(), run.count()));
        int[] frames = framesNow(run);
        for (int i = 0; i < run.count(); i++) {
            if (run.window().pages[run.first() + i].kind.isUnsettled()) {
                model.settle(run.window(), run.first() + i, frames[i]);
            }
        }
    }
}
