// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.impl.model.ModelPage.Kind;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A window of the model, with the kernel's beside it. */
final class ModelWindow {
    final ModelEnv env;
    final Window real;
    final boolean writable;
    final ModelPage[] pages;
    /** Idle pages, the last returned first. */
    final Deque<Integer> idle = new ArrayDeque<>();
    /** Names that were current once. */
    final Deque<Long> oldNames = new ArrayDeque<>();

    ModelWindow(ModelEnv env, Window real, boolean writable) {
        this.env = env;
        this.real = real;
        this.writable = writable;
        this.pages = new ModelPage[real.pageCount()];
        Arrays.setAll(pages, i -> new ModelPage());
    }

    boolean any(int first, int count, Predicate<ModelPage> what) {
        return IntStream.range(first, first + count).anyMatch(i -> what.test(pages[i]));
    }

    int[] frames(int first, int count) {
        return IntStream.range(first, first + count).map(i -> pages[i].frame).toArray();
    }

    /** {@return what a page holds} */
    long content(int index, ModelFrames frames) {
        ModelPage page = pages[index];
        if (page.isVoid() || (page.kind.isUnsettled() && page.written)) {
            return page.own;
        }
        return frames.content(page.frame);
    }

    /** Notes what is written to a page. */
    void write(int index, long value, ModelFrames frames) {
        ModelPage page = pages[index];
        if (page.kind == Kind.OWN || page.kind == Kind.SHARED) {
            frames.write(page.frame, value);
        } else {
            page.own = value;
            page.written = true;
        }
    }

    void forgetName(int index) {
        long name = pages[index].name;
        if (name != Pages.NONE) {
            oldNames.addFirst(name);
            if (oldNames.size() > 20) {
                oldNames.removeLast();
            }
        }
        pages[index].name = Pages.NONE;
    }

    /** A page shows void from now on. */
    void makeVoid(int index) {
        forgetName(index);
        idle.remove(index);
        ModelPage page = pages[index];
        if (page.marked) {
            page.marked = false;
            env.marked--;
        }
        page.loseContent();
    }
}
