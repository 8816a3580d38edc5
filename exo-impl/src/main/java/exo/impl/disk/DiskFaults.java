// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.ErrorCode;
import exo.api.HostFaultException;
import exo.host.Errno;
import exo.host.HostException;

/** Turns refusals of the host into those of the API. */
final class DiskFaults {
    private static final int HOST_FAULT = ErrorCode.HOST_FAULT.refusal();
    private static final int IO_ERROR = ErrorCode.IO_ERROR.refusal();
    private static final int NO_SPACE = ErrorCode.NO_SPACE.refusal();
    private static final int MISALIGNED = ErrorCode.MISALIGNED.refusal();
    private static final int INSUFFICIENT = ErrorCode.INSUFFICIENT.refusal();

    private static final int EIO = Errno.EIO.number();
    private static final int ENOSPC = Errno.ENOSPC.number();
    private static final int EDQUOT = Errno.EDQUOT.number();
    private static final int EINVAL = Errno.EINVAL.number();
    private static final int EBADF = Errno.EBADF.number();
    private static final int EPERM = Errno.EPERM.number();
    private static final int EROFS = Errno.EROFS.number();

    private DiskFaults() {}

    static HostFaultException of(HostException e, String device) {
        ErrorCode code = ErrorCode.of(refusal(e.errno().number()));
        String remedy = code == ErrorCode.NO_SPACE
                ? "free room on the file system that holds the device, or use another one"
                : e.remedy();
        return new HostFaultException(code, device, e.call(), e.errno().name(), remedy);
    }

    /** {@return the refusal for a host error number} hot: no allocation. */
    static int refusal(int errno) {
        if (errno == EIO) {
            return IO_ERROR;
        }
        if (errno == ENOSPC || errno == EDQUOT) {
            return NO_SPACE;
        }
        if (errno == EINVAL) {
            return MISALIGNED;
        }
        if (errno == EBADF || errno == EPERM || errno == EROFS) {
            return INSUFFICIENT;
        }
        return HOST_FAULT;
    }
}
