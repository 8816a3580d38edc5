// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.io;

import exo.api.Blame;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.mem.Window;
import exo.libos.fs.format.Layout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Pages of a window that this file system allocated, in groups of one chunk (64 KiB).
 *
 * <p>A transfer needs consecutive frames, and the kernel only prefers to give them. So each group
 * says whether its frames are consecutive ({@link #isWhole}), and spans of several groups are found
 * by {@link #spans}. A group whose frames were scattered is allocated once more by itself, since a
 * short run of free frames is likelier to exist than a long one.
 *
 * <p><b>Ownership.</b> {@link #close} gives the pages back. <b>Thread-safety.</b> The thread of the
 * window.
 */
public final class PageArea implements AutoCloseable {
    private final Window window;
    private final int firstPage;
    private final int pageBytes;
    private final int groupPages;
    private final int groupCount;
    private final boolean[] whole;

    /**
     * Consecutive pages with consecutive frames.
     *
     * @param firstPage the number of the first page in the window
     * @param pageCount how many
     */
    public record Span(int firstPage, int pageCount) {}

    /**
     * Allocates the pages.
     *
     * @param env the environment
     * @param window its window
     * @param firstPage the first page; it and those after it show void
     * @param pageCount how many pages; what does not fill a group of 64 KiB is left alone
     * @throws IllegalArgumentException if they do not fill one group, or pages are larger than one
     * @throws ResourceException as {@link Window#allocPages}
     */
    public PageArea(Env env, Window window, int firstPage, int pageCount) {
        this.window = window;
        this.firstPage = firstPage;
        this.pageBytes = env.memory().pageBytes();
        this.groupPages = Layout.CHUNK_BYTES / pageBytes;
        if (groupPages == 0 || pageCount < groupPages) {
            throw new IllegalArgumentException("a file system needs " + Layout.CHUNK_BYTES
                    + " bytes of pages, but was given " + pageCount + " pages of " + pageBytes);
        }
        this.groupCount = pageCount / groupPages;
        this.whole = new boolean[groupCount];
        window.allocPages(firstPage, groupCount * groupPages);
        for (int group = 0; group < groupCount; group++) {
            whole[group] = isConsecutive(group) || isConsecutiveAnew(group);
        }
    }

    private boolean isConsecutiveAnew(int group) {
        window.releasePages(page(group), groupPages);
        window.allocPages(page(group), groupPages);
        return isConsecutive(group);
    }

    private boolean isConsecutive(int group) {
        int frame = window.frame(page(group));
        for (int i = 1; i < groupPages; i++) {
            if (window.frame(page(group) + i) != frame + i) {
                return false;
            }
        }
        return true;
    }

    /** {@return the window} */
    public Window window() {
        return window;
    }

    /** {@return how many groups there are, at least 1} */
    public int groupCount() {
        return groupCount;
    }

    /** {@return the pages of a group} */
    public int groupPages() {
        return groupPages;
    }

    /** {@return the bytes of a page} */
    public int pageBytes() {
        return pageBytes;
    }

    /**
     * {@return the first page of a group}
     *
     * @param group the group
     */
    public int page(int group) {
        return firstPage + group * groupPages;
    }

    /**
     * {@return whether the frames of a group are consecutive}
     *
     * @param group the group
     */
    public boolean isWhole(int group) {
        return whole[group];
    }

    /**
     * {@return the memory of a span}
     *
     * @param span the span
     */
    public MemorySegment memory(Span span) {
        return window.segment()
                .asSlice((long) span.firstPage() * pageBytes, (long) span.pageCount() * pageBytes);
    }

    /**
     * {@return spans that do not overlap, each of whole groups with consecutive frames}
     *
     * @param maxGroups the most groups of a span
     * @throws ResourceException with {@link ErrorCode#NOT_CONTIGUOUS} if no group is whole
     */
    public List<Span> spans(int maxGroups) {
        List<Span> spans = new ArrayList<>();
        int group = 0;
        while (group < groupCount) {
            int groups = groupsTogether(group, maxGroups);
            if (groups > 0) {
                spans.add(new Span(page(group), groups * groupPages));
            }
            group += Math.max(1, groups);
        }
        if (spans.isEmpty()) {
            throw new ResourceException(ErrorCode.NOT_CONTIGUOUS, Blame.HOST, "window",
                    "no " + Layout.CHUNK_BYTES + " bytes of its pages have consecutive frames",
                    "give the kernel more frames");
        }
        return spans;
    }

    private int groupsTogether(int group, int most) {
        int groups = 0;
        while (groups < most && group + groups < groupCount && whole[group + groups]
                && (groups == 0 || window.frame(page(group + groups)) == window.frame(page(group
                        + groups) - 1) + 1)) {
            groups++;
        }
        return groups;
    }

    @Override
    public void close() {
        window.releasePages(firstPage, groupCount * groupPages);
    }
}
