// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Struct;
import exo.host.linux.SyscallNumber;
import exo.testkit.Command;
import exo.testkit.NeedsTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Asks the host's C compiler for every size, offset and number that this module states. */
@NeedsTool("gcc")
class StructLayoutTest {
    private static final String HEADERS = """
            #define _GNU_SOURCE
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/epoll.h>
            #include <sys/socket.h>
            #include <sys/syscall.h>
            #include <sys/uio.h>
            #include <linux/bpf.h>
            #include <linux/userfaultfd.h>
            #include <linux/fs.h>
            #include <linux/filter.h>
            #include <linux/if.h>
            #include <linux/if_packet.h>
            #include <linux/io_uring.h>
            #include <linux/stat.h>
            #include <linux/virtio_net.h>
            #include <netinet/in.h>
            #define SIN_ADDR offsetof(struct sockaddr_in, sin_addr)
            #ifndef PAGEMAP_SCAN /* headers older than 6.7: the declaration of that version */
            struct page_region { __u64 start, end, categories; };
            struct pm_scan_arg {
                __u64 size, flags, start, end, walk_end, vec, vec_len, max_pages;
                __u64 category_inverted, category_mask, category_anyof_mask, return_mask;
            };
            #endif
            """;

    /** A constant of {@link Struct}, and what C calls it. */
    private static final String CONSTANTS = """
            RingParams.BYTES | sizeof(struct io_uring_params)
            RingParams.SQ_ENTRIES | offsetof(struct io_uring_params, sq_entries)
            RingParams.CQ_ENTRIES | offsetof(struct io_uring_params, cq_entries)
            RingParams.FLAGS | offsetof(struct io_uring_params, flags)
            RingParams.FEATURES | offsetof(struct io_uring_params, features)
            RingParams.SQ_HEAD | offsetof(struct io_uring_params, sq_off.head)
            RingParams.SQ_TAIL | offsetof(struct io_uring_params, sq_off.tail)
            RingParams.SQ_MASK | offsetof(struct io_uring_params, sq_off.ring_mask)
            RingParams.SQ_FLAGS | offsetof(struct io_uring_params, sq_off.flags)
            RingParams.SQ_ARRAY | offsetof(struct io_uring_params, sq_off.array)
            RingParams.CQ_HEAD | offsetof(struct io_uring_params, cq_off.head)
            RingParams.CQ_TAIL | offsetof(struct io_uring_params, cq_off.tail)
            RingParams.CQ_MASK | offsetof(struct io_uring_params, cq_off.ring_mask)
            RingParams.CQ_CQES | offsetof(struct io_uring_params, cq_off.cqes)
            Sqe.BYTES | sizeof(struct io_uring_sqe)
            Sqe.OPCODE | offsetof(struct io_uring_sqe, opcode)
            Sqe.FD | offsetof(struct io_uring_sqe, fd)
            Sqe.OFFSET | offsetof(struct io_uring_sqe, off)
            Sqe.ADDRESS | offsetof(struct io_uring_sqe, addr)
            Sqe.LENGTH | offsetof(struct io_uring_sqe, len)
            Sqe.RW_FLAGS | offsetof(struct io_uring_sqe, fsync_flags)
            Sqe.USER_DATA | offsetof(struct io_uring_sqe, user_data)
            Sqe.BUFFER_INDEX | offsetof(struct io_uring_sqe, buf_index)
            Cqe.BYTES | sizeof(struct io_uring_cqe)
            Cqe.USER_DATA | offsetof(struct io_uring_cqe, user_data)
            Cqe.RESULT | offsetof(struct io_uring_cqe, res)
            Statx.BYTES | sizeof(struct statx)
            Statx.MASK | offsetof(struct statx, stx_mask)
            Statx.MODE | offsetof(struct statx, stx_mode)
            Statx.INODE | offsetof(struct statx, stx_ino)
            Statx.SIZE | offsetof(struct statx, stx_size)
            Statx.DEV_MAJOR | offsetof(struct statx, stx_dev_major)
            Statx.DEV_MINOR | offsetof(struct statx, stx_dev_minor)
            Statx.DIO_MEM_ALIGN | offsetof(struct statx, stx_dio_mem_align)
            Statx.DIO_OFFSET_ALIGN | offsetof(struct statx, stx_dio_offset_align)
            ProgramLoad.TYPE | offsetof(union bpf_attr, prog_type)
            ProgramLoad.COUNT | offsetof(union bpf_attr, insn_cnt)
            ProgramLoad.SLOTS | offsetof(union bpf_attr, insns)
            ProgramLoad.LICENSE | offsetof(union bpf_attr, license)
            ProgramLoad.LOG_LEVEL | offsetof(union bpf_attr, log_level)
            ProgramLoad.LOG_BYTES | offsetof(union bpf_attr, log_size)
            ProgramLoad.LOG | offsetof(union bpf_attr, log_buf)
            ProgramRun.FD | offsetof(union bpf_attr, test.prog_fd)
            ProgramRun.RESULT | offsetof(union bpf_attr, test.retval)
            ProgramRun.IN_BYTES | offsetof(union bpf_attr, test.data_size_in)
            ProgramRun.OUT_BYTES | offsetof(union bpf_attr, test.data_size_out)
            ProgramRun.IN | offsetof(union bpf_attr, test.data_in)
            ProgramRun.OUT | offsetof(union bpf_attr, test.data_out)
            ProgramRun.REPEAT | offsetof(union bpf_attr, test.repeat)
            ProgramRun.NANOS | offsetof(union bpf_attr, test.duration)
            PacketRing.BYTES | sizeof(struct tpacket_req)
            PacketRing.BLOCK_BYTES | offsetof(struct tpacket_req, tp_block_size)
            PacketRing.BLOCK_COUNT | offsetof(struct tpacket_req, tp_block_nr)
            PacketRing.FRAME_BYTES | offsetof(struct tpacket_req, tp_frame_size)
            PacketRing.FRAME_COUNT | offsetof(struct tpacket_req, tp_frame_nr)
            PacketHeader.BYTES | TPACKET_ALIGN(sizeof(struct tpacket2_hdr))
            PacketHeader.STATUS | offsetof(struct tpacket2_hdr, tp_status)
            PacketHeader.LENGTH | offsetof(struct tpacket2_hdr, tp_len)
            PacketHeader.STORED | offsetof(struct tpacket2_hdr, tp_snaplen)
            PacketHeader.MAC | offsetof(struct tpacket2_hdr, tp_mac)
            PacketHeader.VLAN | offsetof(struct tpacket2_hdr, tp_vlan_tci)
            PacketStatistics.BYTES | sizeof(struct tpacket_stats)
            PacketStatistics.DROPPED | offsetof(struct tpacket_stats, tp_drops)
            LinkAddress.BYTES | sizeof(struct sockaddr_ll)
            LinkAddress.PROTOCOL | offsetof(struct sockaddr_ll, sll_protocol)
            LinkAddress.INTERFACE | offsetof(struct sockaddr_ll, sll_ifindex)
            Membership.BYTES | sizeof(struct packet_mreq)
            Membership.INTERFACE | offsetof(struct packet_mreq, mr_ifindex)
            Membership.TYPE | offsetof(struct packet_mreq, mr_type)
            Message.BYTES | sizeof(struct mmsghdr)
            Message.VECTORS | offsetof(struct mmsghdr, msg_hdr.msg_iov)
            Message.VECTOR_COUNT | offsetof(struct mmsghdr, msg_hdr.msg_iovlen)
            Vector.BYTES | sizeof(struct iovec)
            Vector.BASE | offsetof(struct iovec, iov_base)
            Vector.LENGTH | offsetof(struct iovec, iov_len)
            SendHeader.BYTES | sizeof(struct virtio_net_hdr)
            SendHeader.FLAGS | offsetof(struct virtio_net_hdr, flags)
            SendHeader.CUT_TYPE | offsetof(struct virtio_net_hdr, gso_type)
            SendHeader.HEAD_BYTES | offsetof(struct virtio_net_hdr, hdr_len)
            SendHeader.CUT_BYTES | offsetof(struct virtio_net_hdr, gso_size)
            SendHeader.SUM_START | offsetof(struct virtio_net_hdr, csum_start)
            SendHeader.SUM_OFFSET | offsetof(struct virtio_net_hdr, csum_offset)
            FilterStep.BYTES | sizeof(struct sock_filter)
            FilterStep.CODE | offsetof(struct sock_filter, code)
            FilterStep.IF_TRUE | offsetof(struct sock_filter, jt)
            FilterStep.IF_FALSE | offsetof(struct sock_filter, jf)
            FilterStep.OPERAND | offsetof(struct sock_filter, k)
            FilterProgram.BYTES | sizeof(struct sock_fprog)
            FilterProgram.COUNT | offsetof(struct sock_fprog, len)
            FilterProgram.STEPS | offsetof(struct sock_fprog, filter)
            InterfaceRequest.BYTES | sizeof(struct ifreq)
            InterfaceRequest.NAME | offsetof(struct ifreq, ifr_name)
            InterfaceRequest.VALUE | offsetof(struct ifreq, ifr_flags)
            InterfaceRequest.FAMILY | offsetof(struct ifreq, ifr_addr.sa_family)
            InterfaceRequest.IPV4 | offsetof(struct ifreq, ifr_addr) + SIN_ADDR
            FaultApi.BYTES | sizeof(struct uffdio_api)
            FaultApi.API | offsetof(struct uffdio_api, api)
            FaultApi.FEATURES | offsetof(struct uffdio_api, features)
            FaultRegister.BYTES | sizeof(struct uffdio_register)
            FaultRegister.START | offsetof(struct uffdio_register, range.start)
            FaultRegister.LENGTH | offsetof(struct uffdio_register, range.len)
            FaultRegister.MODE | offsetof(struct uffdio_register, mode)
            PageScan.BYTES | sizeof(struct pm_scan_arg)
            PageScan.SIZE | offsetof(struct pm_scan_arg, size)
            PageScan.FLAGS | offsetof(struct pm_scan_arg, flags)
            PageScan.START | offsetof(struct pm_scan_arg, start)
            PageScan.END | offsetof(struct pm_scan_arg, end)
            PageScan.WALK_END | offsetof(struct pm_scan_arg, walk_end)
            PageScan.REGIONS | offsetof(struct pm_scan_arg, vec)
            PageScan.REGION_COUNT | offsetof(struct pm_scan_arg, vec_len)
            PageScan.CATEGORIES | offsetof(struct pm_scan_arg, category_mask)
            PageScan.RETURNED | offsetof(struct pm_scan_arg, return_mask)
            PageRegion.BYTES | sizeof(struct page_region)
            PageRegion.START | offsetof(struct page_region, start)
            PageRegion.END | offsetof(struct page_region, end)
            PollEvent.BYTES | sizeof(struct epoll_event)
            PollEvent.DATA | offsetof(struct epoll_event, data)
            """;

    @TempDir
    Path folder;

    @Test
    void shouldStateSizesAndOffsetsAsTheCompilerDoes()
            throws IOException, ReflectiveOperationException {
        List<String> names = new ArrayList<>();
        List<String> expressions = new ArrayList<>();
        List<Long> stated = new ArrayList<>();
        for (String row : CONSTANTS.lines().toList()) {
            String name = row.substring(0, row.indexOf('|')).strip();
            String[] parts = name.split("\\.", -1);
            names.add(name);
            expressions.add(row.substring(row.indexOf('|') + 1).strip());
            stated.add((long) Class.forName(Struct.class.getName() + "$" + parts[0])
                    .getField(parts[1])
                    .getInt(null));
        }
        assertEquals(countOfConstants(), names.size(), "constants left out");
        assertSame(names, stated, expressions);
    }

    private static int countOfConstants() {
        int count = 0;
        for (Class<?> struct : Struct.class.getDeclaredClasses()) {
            count += struct.getFields().length;
        }
        return count;
    }

    @Test
    void shouldStateSystemCallNumbersAsTheHeadersDo() throws IOException {
        List<String> names = new ArrayList<>();
        List<String> expressions = new ArrayList<>();
        List<Long> stated = new ArrayList<>();
        for (SyscallNumber call : SyscallNumber.values()) {
            names.add(call.name());
            expressions.add("__NR_" + call.name().toLowerCase(Locale.ROOT));
            stated.add((long) call.number());
        }
        assertSame(names, stated, expressions);
    }

    private void assertSame(List<String> names, List<Long> stated, List<String> expressions)
            throws IOException {
        List<String> answers = ask(expressions);
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (!answers.get(i).equals(stated.get(i).toString())) {
                wrong.add(names.get(i) + " is " + stated.get(i) + ", but " + expressions.get(i)
                        + " is " + answers.get(i));
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** {@return what C says that the expressions are worth, in their order} */
    private List<String> ask(List<String> expressions) throws IOException {
        StringBuilder program = new StringBuilder(HEADERS).append("int main(void) {\n");
        for (String expression : expressions) {
            program.append("  printf(\"%ld\\n\", (long) ").append(expression).append(");\n");
        }
        Path source = Files.writeString(folder.resolve("ask.c"), program.append("}\n"));
        Path binary = folder.resolve("ask");
        Command.run("gcc", "-o", binary.toString(), source.toString());
        return Command.run(binary.toString()).lines().toList();
    }
}
