// SPDX-License-Identifier: Apache-2.0
package exo.host;

/**
 * The error numbers of Linux that this module meets. They are the same on x86_64 and aarch64.
 *
 * @see "errno(3)"
 */
public enum Errno {
    /** A number that is not among these. */
    UNKNOWN(0),
    /** Not permitted. */
    EPERM(1),
    /** No such file. */
    ENOENT(2),
    /** No such thread. */
    ESRCH(3),
    /** A signal arrived first. */
    EINTR(4),
    /** The device failed. */
    EIO(5),
    /** No such device or address. */
    ENXIO(6),
    /** Too many arguments. */
    E2BIG(7),
    /** Not an open file, or open for something else. */
    EBADF(9),
    /** No child process. */
    ECHILD(10),
    /** Nothing now, or held by another. */
    EAGAIN(11),
    /** No memory, or a limit on it. */
    ENOMEM(12),
    /** Denied by permissions. */
    EACCES(13),
    /** Memory that is not mapped. */
    EFAULT(14),
    /** Not a block device. */
    ENOTBLK(15),
    /** In use. */
    EBUSY(16),
    /** Exists already. */
    EEXIST(17),
    /** On another file system. */
    EXDEV(18),
    /** No such device. */
    ENODEV(19),
    /** Not a directory. */
    ENOTDIR(20),
    /** A directory. */
    EISDIR(21),
    /** An argument that is not valid or not supported. */
    EINVAL(22),
    /** The system has no file left. */
    ENFILE(23),
    /** The process has no descriptor left. */
    EMFILE(24),
    /** Not a request of this device. */
    ENOTTY(25),
    /** A program that is running. */
    ETXTBSY(26),
    /** Larger than a file may be. */
    EFBIG(27),
    /** No space. */
    ENOSPC(28),
    /** Not a file with positions. */
    ESPIPE(29),
    /** Read-only. */
    EROFS(30),
    /** Too many links. */
    EMLINK(31),
    /** Nobody reads. */
    EPIPE(32),
    /** Out of range. */
    ERANGE(34),
    /** It would wait for ever. */
    EDEADLK(35),
    /** The name is too long. */
    ENAMETOOLONG(36),
    /** The host does not know the call. */
    ENOSYS(38),
    /** Not empty. */
    ENOTEMPTY(39),
    /** Too many symbolic links. */
    ELOOP(40),
    /** No data. */
    ENODATA(61),
    /** The time is over. */
    ETIME(62),
    /** The protocol was broken. */
    EPROTO(71),
    /** A damaged message. */
    EBADMSG(74),
    /** A value does not fit. */
    EOVERFLOW(75),
    /** In a state that does not permit it. */
    EBADFD(77),
    /** Not a socket. */
    ENOTSOCK(88),
    /** The message is too long. */
    EMSGSIZE(90),
    /** No such option. */
    ENOPROTOOPT(92),
    /** Not supported. */
    EOPNOTSUPP(95),
    /** Not a kind of network that is supported. */
    EPFNOSUPPORT(96),
    /** The address is in use. */
    EADDRINUSE(98),
    /** Not an address of this host. */
    EADDRNOTAVAIL(99),
    /** The interface is down. */
    ENETDOWN(100),
    /** No way leads there. */
    ENETUNREACH(101),
    /** The peer reset. */
    ECONNRESET(104),
    /** No buffer left. */
    ENOBUFS(105),
    /** No answer in time. */
    ETIMEDOUT(110),
    /** Under way already. */
    EALREADY(114),
    /** Under way. */
    EINPROGRESS(115),
    /** The quota is used up. */
    EDQUOT(122),
    /** Cancelled. */
    ECANCELED(125),
    /** The owner died. */
    EOWNERDEAD(130);

    private static final Errno[] BY_NUMBER = new Errno[134];

    static {
        for (Errno errno : values()) {
            BY_NUMBER[errno.number] = errno;
        }
    }

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    /** {@return the number, positive} */
    public int number() {
        return number;
    }

    /**
     * {@return the constant for a number, or {@link #UNKNOWN}}
     *
     * @param number an error number, positive
     */
    public static Errno of(int number) {
        boolean known = number > 0 && number < BY_NUMBER.length && BY_NUMBER[number] != null;
        return known ? BY_NUMBER[number] : UNKNOWN;
    }
}
