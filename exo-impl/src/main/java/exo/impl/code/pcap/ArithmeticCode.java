// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.impl.code.pcap.Node.Arithmetic;
import exo.impl.code.pcap.Node.Arithmetic.Binary;
import exo.impl.code.pcap.Node.Arithmetic.Constant;
import exo.impl.code.pcap.Node.Arithmetic.Length;
import exo.impl.code.pcap.Node.Arithmetic.Load;
import exo.impl.code.pcap.Node.Arithmetic.Negation;

import exo.impl.code.pcap.State.Offset;
import exo.impl.code.pcap.Tests.Base;
import exo.impl.code.pcap.flow.Condition;
import exo.impl.code.pcap.flow.Op;
import exo.impl.code.pcap.flow.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Translates arithmetic. Each value is left in a scratch word; what must hold for it to exist, such
 * as that a packet is one of TCP, is a condition that precedes the comparison.
 */
final class ArithmeticCode {
    private final State state;
    private final Tests tests;
    private final ProtocolTests protocols;
    private final PortTests ports;

    ArithmeticCode(State state, Tests tests, ProtocolTests protocols, PortTests ports) {
        this.state = state;
        this.tests = tests;
        this.protocols = protocols;
        this.ports = ports;
    }

    /**
     * A value.
     *
     * @param statements what computes it
     * @param word the scratch word that holds it
     * @param guard what must hold before
     */
    private record Value(List<Statement> statements, int word, Optional<Condition> guard) {}

    /** {@return whether two values compare as asked} */
    Condition relation(Node.Relation relation) {
        Value left = value(relation.left());
        Value right = value(relation.right());
        List<Statement> statements = left.statements;
        statements.addAll(right.statements);
        statements.add(Statement.of(Op.LDX_MEM, right.word));
        statements.add(Statement.of(Op.LD_MEM, left.word));
        state.giveWord(left.word);
        state.giveWord(right.word);
        String operator = relation.operator().text();
        boolean isEquality = operator.equals("=") || operator.equals("!=");
        if (isEquality) {
            statements.add(Statement.of(Op.SUB | Op.X));
        }
        Condition compared = switch (operator) {
            case "=", "!=" -> Condition.of(statements, Op.JEQ, 0);
            case ">", "<=" -> Condition.of(statements, Op.JGT | Op.X, 0);
            default -> Condition.of(statements, Op.JGE | Op.X, 0);
        };
        boolean isOpposite = operator.equals("!=") || operator.equals("<=")
                || operator.equals("<");
        Condition decided = isOpposite ? compared.not() : compared;
        Optional<Condition> guard = both(left.guard, right.guard);
        return guard.isPresent() ? guard.get().and(decided) : decided;
    }

    private static Optional<Condition> both(Optional<Condition> first,
            Optional<Condition> second) {
        return first.isPresent() && second.isPresent()
                ? Optional.of(first.get().and(second.get()))
                : first.or(() -> second);
    }

    private Value value(Arithmetic arithmetic) {
        Arithmetic leftmost = arithmetic;
        // Sums of thousands of parts lean to the left; they are walked without recursion.
        Deque<Binary> outer = new ArrayDeque<>();
        while (leftmost instanceof Binary binary) {
            outer.push(binary);
            leftmost = binary.left();
        }
        Value value = switch (leftmost) {
            case Constant constant -> constant(constant.token());
            case Length length -> {
                state.place = length.at();
                yield stored(Statement.list(Statement.of(Op.LD_LEN)), state.takeWord());
            }
            case Load load -> load(load);
            case Negation negation -> negated(negation);
            case Binary binary -> throw new IllegalStateException("walked past: " + binary);
        };
        while (!outer.isEmpty()) {
            value = combined(outer.pop(), value);
        }
        return value;
    }

    private static Value stored(List<Statement> statements, int word) {
        statements.add(Statement.of(Op.ST, word));
        return new Value(statements, word, Optional.empty());
    }

    private Value constant(Token number) {
        state.place = number;
        return stored(Statement.list(Statement.of(Op.LD_IMM, number.number())), state.takeWord());
    }

    private Value negated(Negation negation) {
        Value value = value(negation.value());
        value.statements.add(Statement.of(Op.LD_MEM, value.word));
        value.statements.add(Statement.of(Op.NEG));
        value.statements.add(Statement.of(Op.ST, value.word));
        return value;
    }

    private Value combined(Binary binary, Value left) {
        Value right = value(binary.right());
        Token operator = binary.operator();
        state.place = operator;
        checkConstant(operator, right.statements.getFirst());
        int code = switch (operator.text()) {
            case "+" -> Op.ADD;
            case "-" -> Op.SUB;
            case "*" -> Op.MUL;
            case "/" -> Op.DIV;
            case "%" -> Op.MOD;
            case "&" -> Op.AND;
            case "|" -> Op.OR;
            case "^" -> Op.XOR;
            case "<<" -> Op.LSH;
            default -> Op.RSH;
        };
        List<Statement> statements = left.statements;
        statements.addAll(right.statements);
        statements.add(Statement.of(Op.LDX_MEM, right.word));
        statements.add(Statement.of(Op.LD_MEM, left.word));
        statements.add(Statement.of(code | Op.X));
        state.giveWord(left.word);
        state.giveWord(right.word);
        int word = state.takeWord();
        statements.add(Statement.of(Op.ST, word));
        // As libpcap has it, what the right side needs is not asked for.
        return new Value(statements, word, left.guard);
    }

    private void checkConstant(Token operator, Statement first) {
        boolean division = operator.is("/") || operator.is("%");
        if (division && first.isConstant(0, 0)) {
            throw state.refuse("division by the constant 0");
        }
        boolean shift = operator.is("<<") || operator.is(">>");
        if (shift && first.isConstant(32, -1)) {
            throw state.refuse("a shift by more than 31 bits");
        }
    }

    private Value load(Load load) {
        Value index = value(load.index());
        state.place = load.at();
        int word = state.takeWord();
        state.giveWord(index.word);
        int size = switch (load.size()) {
            case 1 -> Op.BYTE;
            case 2 -> Op.HALF;
            default -> Op.WORD;
        };
        List<Statement> statements = index.statements;
        Optional<Condition> guard = switch (load.protocol()) {
            case LINK -> {
                at(statements, state.header, 0, index.word, size);
                yield index.guard;
            }
            case IP, ARP, RARP, ATALK, DECNET, SCA, LAT, MOPRC, MOPDL, IP6 -> {
                at(statements, state.payload, state.network, index.word, size);
                yield both(index.guard, Optional.of(protocols.abbreviation(load.protocol())));
            }
            case SCTP, TCP, UDP, ICMP, IGMP, IGRP, PIM, VRRP, CARP -> {
                statements.addAll(tests.headerLengthToX());
                statements.addAll(Statement.list(Statement.of(Op.LD_MEM, index.word),
                        Statement.of(Op.ADD | Op.X), Statement.of(Op.TAX),
                        Statement.of(Op.LD_IND | size,
                                state.payload.constant() + state.network)));
                Condition carried = protocols.abbreviation(load.protocol())
                        .and(ports.firstFragment());
                Optional<Condition> all = both(index.guard, Optional.of(carried));
                yield both(Optional.of(protocols.abbreviation(Protocol.IP)), all);
            }
            case ICMP6 -> {
                Optional<Condition> all = both(index.guard,
                        Optional.of(protocols.abbreviation(Protocol.IP6)));
                at(statements, state.payload, state.network + 40, index.word, size);
                yield both(all, Optional.of(tests.equal(Base.NETWORK, 6, Op.BYTE,
                        ProtocolTests.ICMP6)));
            }
            default -> throw state.refuse("bytes of '" + load.protocol().word()
                    + "' cannot be had; those of 'ether', 'ip', 'ip6', 'tcp', 'udp' and others"
                    + " can");
        };
        statements.add(Statement.of(Op.ST, word));
        return new Value(statements, word, guard);
    }

    private static void at(List<Statement> statements, Offset base, int offset, int index,
            int size) {
        if (base.isVariable()) {
            statements.addAll(Statement.list(Statement.of(Op.LDX_MEM, base.word()),
                    Statement.of(Op.LD_MEM, index), Statement.of(Op.ADD | Op.X),
                    Statement.of(Op.TAX)));
        } else {
            statements.add(Statement.of(Op.LDX_MEM, index));
        }
        statements.add(Statement.of(Op.LD_IND | size, base.constant() + offset));
    }
}
