// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Blame;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ResourceException;

/**
 * Nothing is behind its stretches: each access is refused with {@link ErrorCode#UNAVAILABLE}.
 *
 * <p>It keeps a range of addresses out of use, or stands in until it is known which driver shall
 * serve one. It has no frame, so there is nothing that could be asked for or taken.
 *
 * @see "Nemesis, StretchDriver.if: the null stretch driver"
 */
public final class NullDriver extends StretchDriver {
    private NullDriver(Env env, int pageCount) {
        super(env, pageCount);
    }

    /**
     * Makes a driver. It belongs to the calling thread.
     *
     * @param env the environment
     * @param pageCount how many pages its stretches may have together
     * @return the driver
     * @throws ResourceException as {@code Memory.bindWindow}; no effect
     */
    public static NullDriver open(Env env, int pageCount) {
        return new NullDriver(env, pageCount);
    }

    @Override
    protected void fault(int page, int access) {
        throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.CALLER, named(page),
                "its driver is the null driver, which has no memory",
                "bind the stretch to a driver that has, such as PhysicalDriver");
    }

    @Override
    protected void bound(int firstPage, int pageCount) {
        // There is nothing to prepare, and below nothing to give up.
    }

    @Override
    protected void unbound(int firstPage, int pageCount) {}

    @Override
    protected void forget(int firstPage, int pageCount) {}

    /** {@return 0: it has none} */
    @Override
    public int giveBack(int frameCount, long deadlineNanos) {
        return 0;
    }

    @Override
    protected void taken(int page) {}
}
