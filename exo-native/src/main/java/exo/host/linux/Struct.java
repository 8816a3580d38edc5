// SPDX-License-Identifier: Apache-2.0
package exo.host.linux;

/**
 * Sizes and offsets, in bytes, of the host's structures. {@code StructLayoutTest} asks the host's C
 * compiler for each of them, by the name that the comment gives.
 */
public final class Struct {
    private Struct() {}

    /** {@code struct io_uring_params}. */
    public static final class RingParams {
        /** Its size. */
        public static final int BYTES = 120;
        /** {@code sq_entries}. */
        public static final int SQ_ENTRIES = 0;
        /** {@code cq_entries}. */
        public static final int CQ_ENTRIES = 4;
        /** {@code flags}. */
        public static final int FLAGS = 8;
        /** {@code features}. */
        public static final int FEATURES = 20;
        /** {@code sq_off.head}. */
        public static final int SQ_HEAD = 40;
        /** {@code sq_off.tail}. */
        public static final int SQ_TAIL = 44;
        /** {@code sq_off.ring_mask}. */
        public static final int SQ_MASK = 48;
        /** {@code sq_off.flags}. */
        public static final int SQ_FLAGS = 56;
        /** {@code sq_off.array}. */
        public static final int SQ_ARRAY = 64;
        /** {@code cq_off.head}. */
        public static final int CQ_HEAD = 80;
        /** {@code cq_off.tail}. */
        public static final int CQ_TAIL = 84;
        /** {@code cq_off.ring_mask}. */
        public static final int CQ_MASK = 88;
        /** {@code cq_off.cqes}. */
        public static final int CQ_CQES = 100;

        private RingParams() {}
    }

    /** {@code struct io_uring_sqe}. */
    public static final class Sqe {
        /** Its size. */
        public static final int BYTES = 64;
        /** {@code opcode}. */
        public static final int OPCODE = 0;
        /** {@code fd}. */
        public static final int FD = 4;
        /** {@code off}. */
        public static final int OFFSET = 8;
        /** {@code addr}. */
        public static final int ADDRESS = 16;
        /** {@code len}. */
        public static final int LENGTH = 24;
        /** {@code fsync_flags}. */
        public static final int RW_FLAGS = 28;
        /** {@code user_data}. */
        public static final int USER_DATA = 32;
        /** {@code buf_index}. */
        public static final int BUFFER_INDEX = 40;

        private Sqe() {}
    }

    /** {@code struct io_uring_cqe}. */
    public static final class Cqe {
        /** Its size. */
        public static final int BYTES = 16;
        /** {@code user_data}. */
        public static final int USER_DATA = 0;
        /** {@code res}. */
        public static final int RESULT = 8;

        private Cqe() {}
    }

    /** {@code struct statx}. */
    public static final class Statx {
        /** Its size. */
        public static final int BYTES = 256;
        /** {@code stx_mask}. */
        public static final int MASK = 0;
        /** {@code stx_mode}. */
        public static final int MODE = 28;
        /** {@code stx_ino}. */
        public static final int INODE = 32;
        /** {@code stx_size}. */
        public static final int SIZE = 40;
        /** {@code stx_dev_major}. */
        public static final int DEV_MAJOR = 136;
        /** {@code stx_dev_minor}. */
        public static final int DEV_MINOR = 140;
        /** {@code stx_dio_mem_align}. */
        public static final int DIO_MEM_ALIGN = 152;
        /** {@code stx_dio_offset_align}. */
        public static final int DIO_OFFSET_ALIGN = 156;

        private Statx() {}
    }

    /** {@code struct tpacket_req}. */
    public static final class PacketRing {
        /** Its size. */
        public static final int BYTES = 16;
        /** {@code tp_block_size}. */
        public static final int BLOCK_BYTES = 0;
        /** {@code tp_block_nr}. */
        public static final int BLOCK_COUNT = 4;
        /** {@code tp_frame_size}. */
        public static final int FRAME_BYTES = 8;
        /** {@code tp_frame_nr}. */
        public static final int FRAME_COUNT = 12;

        private PacketRing() {}
    }

    /** {@code struct tpacket2_hdr}. */
    public static final class PacketHeader {
        /** Its size. */
        public static final int BYTES = 32;
        /** {@code tp_status}. */
        public static final int STATUS = 0;
        /** {@code tp_len}. */
        public static final int LENGTH = 4;
        /** {@code tp_snaplen}. */
        public static final int STORED = 8;
        /** {@code tp_mac}. */
        public static final int MAC = 12;
        /** {@code tp_vlan_tci}. */
        public static final int VLAN = 24;

        private PacketHeader() {}
    }

    /** {@code struct tpacket_stats}. */
    public static final class PacketStatistics {
        /** Its size. */
        public static final int BYTES = 8;
        /** {@code tp_drops}. */
        public static final int DROPPED = 4;

        private PacketStatistics() {}
    }

    /** {@code struct sockaddr_ll}. */
    public static final class LinkAddress {
        /** Its size. */
        public static final int BYTES = 20;
        /** {@code sll_protocol}. */
        public static final int PROTOCOL = 2;
        /** {@code sll_ifindex}. */
        public static final int INTERFACE = 4;

        private LinkAddress() {}
    }

    /** {@code struct packet_mreq}. */
    public static final class Membership {
        /** Its size. */
        public static final int BYTES = 16;
        /** {@code mr_ifindex}. */
        public static final int INTERFACE = 0;
        /** {@code mr_type}. */
        public static final int TYPE = 4;

        private Membership() {}
    }

    /** {@code struct mmsghdr} with its {@code struct msghdr}. */
    public static final class Message {
        /** Its size. */
        public static final int BYTES = 64;
        /** {@code msg_hdr.msg_iov}. */
        public static final int VECTORS = 16;
        /** {@code msg_hdr.msg_iovlen}. */
        public static final int VECTOR_COUNT = 24;

        private Message() {}
    }

    /** {@code struct iovec}. */
    public static final class Vector {
        /** Its size. */
        public static final int BYTES = 16;
        /** {@code iov_base}. */
        public static final int BASE = 0;
        /** {@code iov_len}. */
        public static final int LENGTH = 8;

        private Vector() {}
    }

    /** {@code struct virtio_net_hdr}, in the byte order of the machine. */
    public static final class SendHeader {
        /** Its size. */
        public static final int BYTES = 10;
        /** {@code flags}. */
        public static final int FLAGS = 0;
        /** {@code gso_type}. */
        public static final int CUT_TYPE = 1;
        /** {@code hdr_len}. */
        public static final int HEAD_BYTES = 2;
        /** {@code gso_size}. */
        public static final int CUT_BYTES = 4;
        /** {@code csum_start}. */
        public static final int SUM_START = 6;
        /** {@code csum_offset}. */
        public static final int SUM_OFFSET = 8;

        private SendHeader() {}
    }

    /** {@code struct sock_filter}. */
    public static final class FilterStep {
        /** Its size. */
        public static final int BYTES = 8;
        /** {@code code}. */
        public static final int CODE = 0;
        /** {@code jt}. */
        public static final int IF_TRUE = 2;
        /** {@code jf}. */
        public static final int IF_FALSE = 3;
        /** {@code k}. */
        public static final int OPERAND = 4;

        private FilterStep() {}
    }

    /** {@code struct sock_fprog}. */
    public static final class FilterProgram {
        /** Its size. */
        public static final int BYTES = 16;
        /** {@code len}. */
        public static final int COUNT = 0;
        /** {@code filter}. */
        public static final int STEPS = 8;

        private FilterProgram() {}
    }

    /** The members of {@code union bpf_attr} that load a program. */
    public static final class ProgramLoad {
        /** {@code prog_type}. */
        public static final int TYPE = 0;
        /** {@code insn_cnt}. */
        public static final int COUNT = 4;
        /** {@code insns}. */
        public static final int SLOTS = 8;
        /** {@code license}. */
        public static final int LICENSE = 16;
        /** {@code log_level}. */
        public static final int LOG_LEVEL = 24;
        /** {@code log_size}. */
        public static final int LOG_BYTES = 28;
        /** {@code log_buf}. */
        public static final int LOG = 32;

        private ProgramLoad() {}
    }

    /** The members of {@code union bpf_attr} that run a program. */
    public static final class ProgramRun {
        /** {@code test.prog_fd}. */
        public static final int FD = 0;
        /** {@code test.retval}. */
        public static final int RESULT = 4;
        /** {@code test.data_size_in}. */
        public static final int IN_BYTES = 8;
        /** {@code test.data_size_out}. */
        public static final int OUT_BYTES = 12;
        /** {@code test.data_in}. */
        public static final int IN = 16;
        /** {@code test.data_out}. */
        public static final int OUT = 24;
        /** {@code test.repeat}. */
        public static final int REPEAT = 32;
        /** {@code test.duration}. */
        public static final int NANOS = 36;

        private ProgramRun() {}
    }

    /** {@code struct ifreq}. */
    public static final class InterfaceRequest {
        /** Its size. */
        public static final int BYTES = 40;
        /** {@code ifr_name}. */
        public static final int NAME = 0;
        /** {@code ifr_flags}, and every other member of the union. */
        public static final int VALUE = 16;
        /** {@code ifr_addr.sa_family}. */
        public static final int FAMILY = 16;
        /** {@code sin_addr} of the {@code struct sockaddr_in} in {@code ifr_addr}. */
        public static final int IPV4 = 20;

        private InterfaceRequest() {}
    }

    /** {@code struct epoll_event}; packed on x86_64. */
    public static final class PollEvent {
        /** Its size. */
        public static final int BYTES = Machine.choose(12, 16);
        /** {@code data}. */
        public static final int DATA = Machine.choose(4, 8);

        private PollEvent() {}
    }

    /** {@code struct uffdio_api}. */
    public static final class FaultApi {
        /** Its size. */
        public static final int BYTES = 24;
        /** {@code api}. */
        public static final int API = 0;
        /** {@code features}. */
        public static final int FEATURES = 8;

        private FaultApi() {}
    }

    /** {@code struct uffdio_register}; it begins with a {@code struct uffdio_range}. */
    public static final class FaultRegister {
        /** Its size. */
        public static final int BYTES = 32;
        /** {@code range.start}. */
        public static final int START = 0;
        /** {@code range.len}. */
        public static final int LENGTH = 8;
        /** {@code mode}. */
        public static final int MODE = 16;

        private FaultRegister() {}
    }

    /** {@code struct pm_scan_arg}. */
    public static final class PageScan {
        /** Its size. */
        public static final int BYTES = 96;
        /** {@code size}. */
        public static final int SIZE = 0;
        /** {@code flags}. */
        public static final int FLAGS = 8;
        /** {@code start}. */
        public static final int START = 16;
        /** {@code end}. */
        public static final int END = 24;
        /** {@code walk_end}. */
        public static final int WALK_END = 32;
        /** {@code vec}. */
        public static final int REGIONS = 40;
        /** {@code vec_len}. */
        public static final int REGION_COUNT = 48;
        /** {@code category_mask}. */
        public static final int CATEGORIES = 72;
        /** {@code return_mask}. */
        public static final int RETURNED = 88;

        private PageScan() {}
    }

    /** {@code struct page_region}. */
    public static final class PageRegion {
        /** Its size. */
        public static final int BYTES = 24;
        /** {@code start}. */
        public static final int START = 0;
        /** {@code end}. */
        public static final int END = 8;

        private PageRegion() {}
    }
}
