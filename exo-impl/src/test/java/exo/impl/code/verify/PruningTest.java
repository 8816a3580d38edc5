// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.VerificationException;
import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Program;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static exo.impl.code.isa.Slots.abs;
import static exo.impl.code.isa.Slots.add;
import static exo.impl.code.isa.Slots.addr;
import static exo.impl.code.isa.Slots.alu;
import static exo.impl.code.isa.Slots.alu32;
import static exo.impl.code.isa.Slots.alur;
import static exo.impl.code.isa.Slots.atomic;
import static exo.impl.code.isa.Slots.callx;
import static exo.impl.code.isa.Slots.exit;
import static exo.impl.code.isa.Slots.high;
import static exo.impl.code.isa.Slots.ja;
import static exo.impl.code.isa.Slots.jmp;
import static exo.impl.code.isa.Slots.jmp32;
import static exo.impl.code.isa.Slots.jmp32r;
import static exo.impl.code.isa.Slots.jmpr;
import static exo.impl.code.isa.Slots.lddw;
import static exo.impl.code.isa.Slots.ldx;
import static exo.impl.code.isa.Slots.local;
import static exo.impl.code.isa.Slots.mov;
import static exo.impl.code.isa.Slots.mov32r;
import static exo.impl.code.isa.Slots.movr;
import static exo.impl.code.isa.Slots.movsx;
import static exo.impl.code.isa.Slots.neg;
import static exo.impl.code.isa.Slots.st;
import static exo.impl.code.isa.Slots.stx;
import static exo.impl.code.verify.Accept.accept;
import static exo.impl.code.verify.Accept.refuse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Two ways to one place, of which the first that is followed is right and the second is not: the
 * place must be looked at again, whatever it is in which they differ.
 */
final class PruningTest {
    private static final Contract MEMORY = Contract.memory(64);
    private static final Contract FILTER = Contract.filter();
    private static final Contract CALLS = MEMORY.withHelper(1, new Helper("twice",
            List.of(Helper.Parameter.NUMBER), Helper.Result.NUMBER, true,
            (memory, a, b, c, d, e) -> 2 * a));
    private static final long[] NOTHING = {};

    private static long[] code(long... slots) {
        return slots;
    }

    /** What the packet's first byte says is in r9, r2 points to the packet, r3 to its end. */
    private static long[] packet() {
        return code(movr(6, 1), ldx(Isa.W, 2, 1, 0), ldx(Isa.W, 3, 1, 4), mov(0, 0), movr(4, 2),
                add(4, 1), jmpr(Isa.JLE, 4, 3, 1), exit(), ldx(Isa.B, 9, 2, 0),
                ldx(Isa.B, 5, 2, 0));
    }

    /** Start, then either way, then the rest; r9 says which way, and the good one is first. */
    private static long[] ways(long[] start, long[] good, long[] bad, long[] rest) {
        long[] fork = {jmp(Isa.JEQ, 9, 0, bad.length + 1)};
        return Stream.of(start, fork, bad, code(ja(good.length)), good, rest)
                .flatMapToLong(LongStream::of)
                .toArray();
    }

    /** The parts are the start, the good way, the bad way and the rest, where it is refused. */
    private static void refuses(Rule rule, int at, Contract contract, long[]... parts) {
        long[] start = parts[0];
        long[] good = parts[1];
        long[] bad = parts[2];
        long[] rest = parts[3];
        int join = start.length + bad.length + 2 + good.length;
        long[] slots = ways(start, good, bad, rest);
        refuse(rule, join + at, contract, slots);
        assertThrows(VerificationException.class,
                () -> Verifier.verifyEachPath(Program.of(slots), contract));
        accept(contract, ways(start, good, good, rest));
    }

    private static long[] byteOf(long... more) {
        return LongStream.concat(LongStream.of(ldx(Isa.B, 9, 1, 0)), LongStream.of(more))
                .toArray();
    }

    @Test
    void shouldTellRegistersThatAreReadApart() {
        refuses(Rule.POINTER_LEAK, 0, MEMORY, byteOf(), code(mov(0, 0)), code(movr(0, 1)),
                code(exit()));
        refuses(Rule.POINTER_LEAK, 0, MEMORY, byteOf(st(Isa.DW, 10, -8, 0), mov(5, 0)),
                code(mov(0, 0)), code(movr(0, 1)),
                code(atomic(Isa.DW, 10, -8, 5, Isa.CMPXCHG), mov(0, 0), exit()));
        refuses(Rule.UNKNOWN_HELPER, 0, CALLS, byteOf(mov(1, 9)), code(mov(7, 1)),
                code(mov(7, 2)), code(callx(7), exit()));
        refuses(Rule.LEGACY_PACKET_ACCESS, 0, FILTER, packet(), NOTHING, code(mov(6, 0)),
                code(abs(Isa.W, 12), exit()));
        // An argument of a function, and a register of its caller.
        refuses(Rule.NOT_A_POINTER, 2, MEMORY, byteOf(), NOTHING, code(mov(1, 0)),
                code(local(1), exit(), ldx(Isa.B, 0, 1, 0), exit()));
        refuses(Rule.NOT_A_POINTER, 1, MEMORY, byteOf(), code(movr(6, 1)), code(mov(6, 0)),
                code(local(2), ldx(Isa.B, 0, 6, 0), exit(), mov(0, 0), exit()));
    }

    @Test
    void shouldTellStacksThatAreReadApart() {
        long[] good = {st(Isa.DW, 10, -8, 0)};
        refuses(Rule.UNINITIALIZED_STACK, 0, MEMORY, byteOf(st(Isa.W, 10, -12, 0)),
                code(st(Isa.W, 10, -8, 0)), NOTHING, code(ldx(Isa.DW, 0, 10, -12), exit()));
        refuses(Rule.UNINITIALIZED_STACK, 1, MEMORY, byteOf(), good, NOTHING,
                code(st(Isa.W, 10, -8, 0), ldx(Isa.DW, 0, 10, -8), exit()));
        refuses(Rule.UNINITIALIZED_STACK, 0, MEMORY, byteOf(), good, NOTHING,
                code(atomic(Isa.DW, 10, -8, 9, Isa.ADD), mov(0, 0), exit()));
        refuses(Rule.UNINITIALIZED_STACK, 0, MEMORY,
                byteOf(stx(Isa.DW, 10, -16, 10), ldx(Isa.DW, 3, 10, -16)), good, NOTHING,
                code(ldx(Isa.DW, 0, 3, -8), exit()));
        refuses(Rule.UNINITIALIZED_STACK, 0, MEMORY, byteOf(), code(st(Isa.H, 10, -2, 0)),
                code(st(Isa.B, 10, -2, 0)), code(ldx(Isa.H, 0, 10, -2), exit()));
        refuses(Rule.PARTIAL_POINTER, 0, MEMORY, byteOf(),
                code(st(Isa.H, 10, -4, 0), st(Isa.H, 10, -2, 0)), code(stx(Isa.DW, 10, -8, 1)),
                code(ldx(Isa.H, 0, 10, -4), exit()));
        refuses(Rule.PARTIAL_POINTER, 0, MEMORY, byteOf(),
                code(st(Isa.H, 10, -8, 0), st(Isa.H, 10, -6, 0)), code(stx(Isa.DW, 10, -8, 1)),
                code(ldx(Isa.H, 0, 10, -8), exit()));
        // A whole register on one way, two words on the other.
        refuses(Rule.POINTER_RANGE, 1, MEMORY, byteOf(movr(3, 1)), code(st(Isa.DW, 10, -8, 7)),
                code(st(Isa.W, 10, -8, 7), st(Isa.W, 10, -4, 1)),
                code(ldx(Isa.DW, 4, 10, -8), addr(1, 4), ldx(Isa.B, 0, 1, 0), exit()));
        // In the stack of a caller.
        refuses(Rule.UNINITIALIZED_STACK, 1, MEMORY, byteOf(), good, NOTHING,
                code(local(2), ldx(Isa.B, 0, 10, -8), exit(), mov(0, 0), exit()));
    }

    @Test
    void shouldTellTiesApart() {
        refuses(Rule.OUT_OF_BOUNDS, 2, MEMORY, byteOf(ldx(Isa.B, 3, 1, 1), ldx(Isa.B, 4, 1, 2)),
                code(movr(4, 3)), NOTHING,
                code(jmp(Isa.JGT, 3, 63, 2), addr(1, 4), ldx(Isa.B, 0, 1, 0), mov(0, 0), exit()));
        // Each is tied, but not to the other.
        refuses(Rule.OUT_OF_BOUNDS, 2, MEMORY, byteOf(ldx(Isa.B, 3, 1, 1), ldx(Isa.B, 4, 1, 2)),
                code(movr(4, 3)), code(movr(5, 3), movr(2, 4)),
                code(jmp(Isa.JGT, 3, 63, 2), addr(1, 4), ldx(Isa.B, 0, 1, 0), mov(0, 0), exit()));
        // Between a register and the stack.
        refuses(Rule.OUT_OF_BOUNDS, 3, MEMORY, byteOf(ldx(Isa.B, 3, 1, 1), ldx(Isa.B, 4, 1, 2)),
                code(stx(Isa.DW, 10, -8, 3)), code(stx(Isa.DW, 10, -8, 4)),
                code(jmp(Isa.JGT, 3, 63, 3), ldx(Isa.DW, 4, 10, -8), addr(1, 4),
                        ldx(Isa.B, 0, 1, 0), mov(0, 0), exit()));
    }

    @Test
    void shouldTellPacketsThatWereCheckedApart() {
        long[] check = {movr(4, 2), add(4, 8), jmpr(Isa.JLE, 4, 3, 1), exit()};
        refuses(Rule.PACKET_BOUNDS, 0, FILTER, packet(), check, NOTHING,
                code(ldx(Isa.DW, 0, 2, 0), exit()));
        // In a register of the caller.
        refuses(Rule.PACKET_BOUNDS, 2, FILTER, packet(), check, NOTHING,
                code(movr(7, 2), local(2), ldx(Isa.DW, 0, 7, 0), exit(), mov(0, 0), exit()));
        // By way of the stack.
        refuses(Rule.PACKET_BOUNDS, 1, FILTER,
                LongStream.concat(LongStream.of(packet()), LongStream.of(stx(Isa.DW, 10, -8, 2)))
                        .toArray(),
                check, NOTHING, code(ldx(Isa.DW, 2, 10, -8), ldx(Isa.DW, 0, 2, 0), exit()));
        // From a start that is not known.
        long[] moved = LongStream.concat(LongStream.of(packet()),
                LongStream.of(alu(Isa.AND, 5, 60), addr(2, 5))).toArray();
        refuses(Rule.PACKET_BOUNDS, 0, FILTER, moved, check, NOTHING,
                code(ldx(Isa.DW, 0, 2, 0), exit()));
        long[] both = LongStream.concat(LongStream.of(moved), LongStream.of(check)).toArray();
        refuses(Rule.PACKET_BOUNDS, 1, FILTER, both, code(add(5, 0)), code(add(2, 2)),
                code(alu(Isa.AND, 5, 0), ldx(Isa.DW, 0, 2, 0), exit()));
    }

    @Test
    void shouldTellTiesOfCallersApart() {
        refuses(Rule.OUT_OF_BOUNDS, 3, MEMORY,
                byteOf(movr(7, 1), ldx(Isa.B, 3, 1, 1), ldx(Isa.B, 6, 1, 2)), code(movr(6, 3)),
                NOTHING, code(local(4), jmp(Isa.JEQ, 0, 0, 2), addr(7, 6), ldx(Isa.B, 0, 7, 0),
                        exit(), mov(0, 0), jmp(Isa.JGT, 3, 63, 1), mov(0, 1), exit()));
    }

    @Test
    void shouldTellPacketsApartThatAreLoadedAgain() {
        long[] check = {movr(4, 2), add(4, 8), jmpr(Isa.JLE, 4, 3, 1), exit()};
        refuses(Rule.PACKET_BOUNDS, 1, FILTER, packet(), check, NOTHING,
                code(ldx(Isa.W, 2, 6, 0), ldx(Isa.DW, 0, 2, 0), exit()));
    }

    /** 32 bytes of the packet are there, r2 points to its start, r5 is the first of them. */
    private static long[] longPacket() {
        return LongStream.concat(LongStream.of(packet()), LongStream.of(movr(4, 2), add(4, 32),
                jmpr(Isa.JLE, 4, 3, 1), exit())).toArray();
    }

    @Test
    void shouldTellApartHowFarFromAPointerThePacketWasChecked() {
        long[] check = {movr(4, 2), add(4, 8), jmpr(Isa.JLE, 4, 3, 1), exit()};
        long[] load = {ldx(Isa.DW, 0, 2, 0), exit()};
        long[] moved = {alu(Isa.AND, 5, 60), addr(2, 5)};
        refuses(Rule.PACKET_BOUNDS, 0, FILTER,
                LongStream.concat(LongStream.of(longPacket()), LongStream.of(moved)).toArray(),
                check, NOTHING, load);
        // As far from the start, but the pointer is farther from there.
        refuses(Rule.PACKET_BOUNDS, 0, FILTER, longPacket(),
                LongStream.concat(LongStream.of(moved), LongStream.of(check)).toArray(),
                LongStream.concat(LongStream.concat(LongStream.of(alu(Isa.AND, 5, 52),
                        addr(2, 5)), LongStream.of(check)), LongStream.of(add(2, 4))).toArray(),
                load);
    }

    @Test
    void shouldTellANumberFromTheRangesAndBitsOfAnother() {
        long[] start = byteOf(ldx(Isa.DW, 3, 1, 0), mov(0, 0));
        // Known bits.
        refuses(Rule.OUT_OF_BOUNDS, 2, MEMORY, start, code(alu(Isa.AND, 3, 60)), code(mov(3, 3)),
                code(alu(Isa.AND, 3, 3), addr(1, 3), ldx(Isa.B, 0, 1, 61), exit()));
        // 64 bits, signed; no bit is known, nor anything without the sign.
        refuses(Rule.OUT_OF_BOUNDS, 3, MEMORY, start,
                code(lddw(4, 0), high(1 << 8), jmpr(Isa.JSLE, 3, 4, 1), exit(), neg(4),
                        jmpr(Isa.JSGE, 3, 4, 1), exit()),
                code(lddw(3, 0), high(1 << 9)),
                code(alu(Isa.ARSH, 3, 40), add(3, 1), addr(1, 3), ldx(Isa.B, 0, 1, 61), exit()));
        // 64 bits, without sign.
        refuses(Rule.OUT_OF_BOUNDS, 3, MEMORY, start,
                code(lddw(4, 0), high(1 << 30), jmpr(Isa.JGE, 3, 4, 1), exit(),
                        alu(Isa.MUL, 4, 3), jmpr(Isa.JLE, 3, 4, 1), exit()),
                code(mov(3, 0)),
                code(alu(Isa.RSH, 3, 62), add(3, -1), addr(1, 3), ldx(Isa.B, 0, 1, 0), exit()));
        // 32 bits, signed.
        refuses(Rule.OUT_OF_BOUNDS, 3, MEMORY, start,
                code(jmp32(Isa.JSLE, 3, 5, 1), exit(), jmp32(Isa.JSGE, 3, -5, 1), exit()),
                code(mov(3, 100)),
                code(movsx(3, 3, 32), add(3, 5), addr(1, 3), ldx(Isa.B, 0, 1, 53), exit()));
        // 32 bits, without sign.
        refuses(Rule.OUT_OF_BOUNDS, 4, MEMORY, start,
                code(mov(4, 1 << 30), jmp32r(Isa.JGE, 3, 4, 1), exit(), alu32(Isa.MUL, 4, 3),
                        jmp32r(Isa.JLE, 3, 4, 1), exit()),
                code(lddw(3, 0), high(1)),
                code(mov32r(3, 3), alu(Isa.RSH, 3, 30), add(3, -1), addr(1, 3),
                        ldx(Isa.B, 0, 1, 0), exit()));
    }

    @Test
    void shouldTellDistancesApart() {
        long[] start = LongStream.concat(LongStream.of(packet()),
                LongStream.of(st(Isa.W, 10, -4, 0))).toArray();
        refuses(Rule.UNINITIALIZED_STACK, 3, FILTER, start,
                code(alu(Isa.AND, 5, 60), addr(2, 5), movr(5, 2), add(5, 4)),
                code(alu(Isa.AND, 5, 12), addr(2, 5), movr(5, 2), add(5, 8)),
                code(alur(Isa.SUB, 5, 2), movr(4, 10), alur(Isa.SUB, 4, 5),
                        ldx(Isa.W, 0, 4, 0), exit()));
    }

    @Test
    void shouldNotTellApartHowAPointerCameToItsPlace() {
        // Checked as far from where they are, but not from where they began: looked at once.
        long[] check = {movr(4, 2), add(4, 8), jmpr(Isa.JLE, 4, 3, 1), exit()};
        long[] good = LongStream.concat(LongStream.of(alu(Isa.AND, 5, 60), add(5, 8), addr(2, 5)),
                LongStream.of(check)).toArray();
        long[] other = LongStream.concat(LongStream.of(alu(Isa.AND, 5, 12), addr(2, 5),
                add(2, 16)), LongStream.of(check)).toArray();
        long[] rest = new long[100];
        java.util.Arrays.fill(rest, ldx(Isa.DW, 0, 2, 0));
        rest[99] = exit();
        long[] slots = ways(packet(), good, other, rest);
        int steps = accept(FILTER, slots).steps();
        assertTrue(steps < 150, "steps " + steps);
    }

    @Test
    void shouldTellCallersApart() {
        // The same function, but where it returns to differs.
        refuse(Rule.UNINITIALIZED_REGISTER, 3, MEMORY, ldx(Isa.B, 9, 1, 0),
                jmp(Isa.JEQ, 9, 0, 3), local(4), ldx(Isa.B, 0, 1, 0), exit(), local(1), exit(),
                mov(0, 0), exit());
    }
}
