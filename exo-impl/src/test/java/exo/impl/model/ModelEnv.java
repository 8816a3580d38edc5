// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.EnvControl;
import exo.api.Quota;
import exo.impl.model.ModelPage.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** An environment of the model, with the kernel's beside it. */
final class ModelEnv {
    final String name;
    final long id;
    final ModelEnv parent;
    final Puppet puppet;
    final int level;
    final List<ModelEnv> children = new ArrayList<>();
    final List<ModelWindow> windows = new ArrayList<>();
    final Map<String, ModelCap> keys = new LinkedHashMap<>();
    /** Live capabilities for frames that it shares, and has frozen; in the order they were made. */
    final List<ModelCap> shares = new ArrayList<>();
    final List<ModelCap> snapshots = new ArrayList<>();
    ModelCap control;
    Quota quota;
    /** Frames charged to it alone: guaranteed ones, and those beyond. */
    int guaranteed;
    int extra;
    /** Capabilities that it paid for. */
    int paid;
    /** Pages that go last. */
    int marked;
    int repossessions;
    /** Of these, those not yet seen in the vector. */
    int unseen;

    ModelEnv(String name, long id, ModelEnv parent, Puppet puppet, Quota quota) {
        this.name = name;
        this.id = id;
        this.parent = parent;
        this.puppet = puppet;
        this.quota = quota;
        this.level = parent == null ? 0 : parent.level + 1;
    }

    boolean isRoot() {
        return parent == null;
    }

    EnvControl realControl() {
        return (EnvControl) control.real;
    }

    int charged() {
        return guaranteed + extra;
    }

    int idleCount() {
        return windows.stream().mapToInt(window -> window.idle.size()).sum();
    }

    int objects() {
        return paid + windows.size() + children.stream().mapToInt(c -> c.quota.objects()).sum();
    }

    int threads() {
        return (isRoot() ? 0 : 1) + children.stream().mapToInt(c -> c.quota.threads()).sum();
    }

    /** {@return guaranteed frames in use, those of children's quotas too} */
    int guaranteedUsed() {
        return guaranteed + children.stream().mapToInt(c -> c.quota.frames()).sum();
    }

    int extraUsed() {
        return extra + children.stream().mapToInt(c -> c.quota.extraFrames()).sum();
    }

    /** {@return how many of so many more frames would be guaranteed} */
    int guaranteedOf(int count) {
        return Math.min(count, Math.max(0, quota.frames() - guaranteedUsed()));
    }

    boolean mayHold(int count) {
        int beyond = count - guaranteedOf(count);
        return beyond == 0 || (!isRoot() && beyond <= quota.extraFrames() - extraUsed());
    }

    boolean hasObjects(int count) {
        return objects() + count <= quota.objects();
    }

    void charge(int count) {
        int certain = guaranteedOf(count);
        guaranteed += certain;
        extra += count - certain;
    }

    /** What is above a lowered limit goes first, then what is extra, then what is guaranteed. */
    void release(int count) {
        for (int i = 0; i < count; i++) {
            boolean excess = guaranteed > 0 && guaranteedUsed() > quota.frames();
            if (excess || extra == 0) {
                guaranteed--;
            } else {
                extra--;
            }
        }
        assertTrue(guaranteed >= 0 && extra >= 0, "the model returns what it holds");
    }

    /** What came back from a child guarantees what was extra until now. */
    void guaranteeExtra() {
        while (extra > 0 && guaranteedUsed() < quota.frames()) {
            extra--;
            guaranteed++;
        }
    }

    void lost() {
        repossessions++;
        unseen++;
    }

    /** Compares the charge with what is there: the model against itself. */
    void checkCharge() {
        int pages = 0;
        for (ModelWindow window : windows) {
            for (ModelPage page : window.pages) {
                pages += page.kind.isCharged() ? 1 : 0;
                assertTrue(page.kind != Kind.SHARED || page.cap.alive, "it shows what is dead");
            }
        }
        for (ModelCap snapshot : snapshots) {
            pages += snapshot.resource.frames().length;
        }
        assertEquals(pages, charged(), () -> "the model charges " + this);
    }

    @Override
    public String toString() {
        return name;
    }
}
