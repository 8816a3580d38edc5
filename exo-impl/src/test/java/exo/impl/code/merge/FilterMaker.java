// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Condition;
import exo.api.code.Contract;
import exo.api.code.Field;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.impl.code.KernelProgram;
import exo.impl.code.classic.ClassicTranslator;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random filters, and packets that they tell apart. */
final class FilterMaker {
    static final int WHOLE = 262_144;
    private static final int[] PORTS = {22, 53, 80, 443};

    private final RandomGenerator random;

    FilterMaker(RandomGenerator random) {
        this.random = random;
    }

    static VerifiedProgram verified(Condition condition) {
        return KernelProgram.verify(
                ClassicTranslator.translate(condition.toProgram(WHOLE)).program(),
                Contract.filter());
    }

    /** {@return the filter "udp dst port N and dst host X"} */
    static VerifiedProgram udp(int port, int host) {
        return verified(Field.IPV4_DESTINATION.is(host)
                .and(Field.ofIpv4(17, 2, 2).is(port)));
    }

    VerifiedProgram filter() {
        if (random.nextInt(5) == 0) {
            return KernelProgram.verify(direct(), Contract.filter());
        }
        Condition condition = part();
        while (random.nextBoolean()) {
            condition = random.nextInt(3) == 0 ? condition.or(part()) : condition.and(part());
        }
        return verified(random.nextInt(12) == 0 ? condition.not() : condition);
    }

    private int port() {
        return PORTS[random.nextInt(PORTS.length)];
    }

    private int host() {
        return 0x0a000000 | random.nextInt(3) << 16 | random.nextInt(4);
    }

    private Condition part() {
        return switch (random.nextInt(14)) {
            case 0, 1 -> Field.IPV4_DESTINATION.is(host());
            case 2 -> Field.IPV4_SOURCE.is(host());
            case 3 -> {
                int bits = -1 << random.nextInt(32);
                yield Field.IPV4_DESTINATION.masked(bits & 0xffff_ffffL)
                        .is(host() & bits & 0xffff_ffffL);
            }
            case 4, 5 -> Field.UDP_DESTINATION_PORT.is(port());
            case 6 -> Field.TCP_DESTINATION_PORT.is(port());
            case 7 -> Field.TCP_SOURCE_PORT.isNot(port());
            case 8 -> Field.UDP_SOURCE_PORT.in(50, 80);
            case 9 -> Field.IPV4_PROTOCOL.is(random.nextBoolean() ? 6 : 17);
            case 10 -> Field.ETHER_TYPE.is(0x0800);
            case 11 -> Field.IPV4_TIME_TO_LIVE.isBelow(64);
            case 12 -> Field.ETHER_TYPE.isNot(0x0806);
            default -> Field.IPV6_DESTINATION.is("fe80::" + random.nextInt(2));
        };
    }

    /** {@return a filter as a compiler of C makes it: pointers, checks of the end, byte swaps} */
    private Program direct() {
        List<Long> slots = new ArrayList<>();
        boolean isSwapped = random.nextBoolean();
        slots.add(Program.slot(Isa.LDX | Isa.W | Isa.MEM, 2, 1, AddressSpace.CONTEXT_DATA, 0));
        slots.add(Program.slot(Isa.LDX | Isa.W | Isa.MEM, 3, 1, AddressSpace.CONTEXT_DATA_END,
                0));
        slots.add(Program.slot(Isa.ALU64 | Isa.MOV | Isa.X, 4, 2, 0, 0));
        slots.add(Program.slot(Isa.ALU64 | Isa.ADD, 4, 0, 0, 34));
        int first = slots.size();
        slots.add(Program.slot(Isa.JMP | Isa.JGT | Isa.X, 4, 3, 0, 0));
        slots.add(Program.slot(Isa.LDX | Isa.H | Isa.MEM, 5, 2, 12, 0));
        if (isSwapped) {
            slots.add(Program.slot(Isa.ALU | Isa.END | Isa.X, 5, 0, 0, 16));
        }
        slots.add(Program.slot(Isa.JMP | Isa.JNE, 5, 0, 0, isSwapped ? 0x0800 : 0x0008));
        slots.add(Program.slot(Isa.LDX | Isa.B | Isa.MEM, 5, 2, 23, 0));
        slots.add(Program.slot(Isa.JMP32 | Isa.JNE, 5, 0, 0, random.nextBoolean() ? 6 : 17));
        slots.add(Program.slot(Isa.LDX | Isa.W | Isa.MEM, 5, 2, 30, 0));
        slots.add(Program.slot(Isa.ALU64 | Isa.AND, 5, 0, 0, 0xffff));
        slots.add(Program.slot(Isa.JMP | (random.nextInt(4) == 0 ? Isa.JEQ : Isa.JNE), 5, 0, 0,
                0x000a | random.nextInt(3) << 8));
        slots.add(Program.slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 1));
        slots.add(Program.slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0));
        int refuse = slots.size();
        slots.add(Program.slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 0));
        slots.add(Program.slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0));
        for (int i = first; i < refuse; i++) {
            int opcode = Isa.opcode(slots.get(i));
            boolean isJump = (Isa.classOf(opcode) == Isa.JMP || Isa.classOf(opcode) == Isa.JMP32)
                    && Isa.operation(opcode) != Isa.EXIT;
            if (isJump) {
                slots.set(i, slots.get(i) | (long) (refuse - i - 1) << 16);
            }
        }
        return Program.of(slots.stream().mapToLong(Long::longValue).toArray());
    }

    byte[] packet() {
        ByteBuffer packet = ByteBuffer.allocate(150);
        packet.position(12);
        int kind = random.nextInt(8);
        packet.putShort((short) (kind == 0 ? 0x0806 : kind == 1 ? 0x86dd : 0x0800));
        int protocol = random.nextInt(8) == 0 ? 1 : random.nextBoolean() ? 6 : 17;
        if (kind == 1) {
            packet.put(20, (byte) protocol).putShort(38, (short) 0xfe80);
            packet.put(53, (byte) random.nextInt(2));
            ports(packet, 54);
        } else {
            int words = random.nextInt(4) == 0 ? random.nextInt(16) : 5;
            packet.put(14, (byte) (0x40 | words)).put(22, (byte) random.nextInt(128));
            packet.putShort(20, (short) (random.nextInt(8) == 0 ? random.nextInt(3) : 0x4000));
            packet.put(23, (byte) protocol).putInt(26, host()).putInt(30, host());
            ports(packet, 14 + words * 4);
        }
        byte[] bytes = new byte[random.nextInt(6) == 0 ? random.nextInt(60) : 150];
        packet.get(0, bytes);
        return bytes;
    }

    private void ports(ByteBuffer packet, int at) {
        packet.putShort(at, (short) (random.nextInt(4) == 0 ? random.nextInt(100) : port()));
        packet.putShort(at + 2, (short) port());
    }
}
