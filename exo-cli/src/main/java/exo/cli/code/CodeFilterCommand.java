// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.CodeEngine;
import exo.api.code.CodeSyntaxException;
import exo.api.code.LinkType;
import exo.api.code.PacketFilter;
import exo.api.code.VerifiedProgram.Engine;
import exo.cli.console.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code exo code filter}: says how many bytes of each packet of a capture a filter accepts. */
@Command(name = "filter", mixinStandardHelpOptions = true,
        description = {"Prints for each packet how many bytes of it a filter would keep at most.",
                "A line for each packet; 0 for one that is refused.",
                "A filter reads what was captured of a packet; its length is the one on the wire."},
        footer = {"", "Exit codes: 0 done, 1 filter refused, or capture cut off, 2 wrong usage, or"
                + " no such file."})
final class CodeFilterCommand implements Callable<Integer> {
    private static final int LENGTH = 0x80;
    private static final int LOAD_LENGTH = 0x80;
    private static final int LOAD_LENGTH_TO_X = 0x81;

    @Spec
    private CommandSpec spec;

    @Option(names = "-r", required = true, paramLabel = "CAPTURE",
            description = "The capture, in the classic format of libpcap; - for standard input.")
    private String capture;

    @Option(names = "--engine", paramLabel = "ENGINE", defaultValue = "compile",
            description = "What runs it: ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    private CodeRunCommand.EngineChoice engine;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Source source;

    /** Where the filter comes from. */
    static final class Source {
        @Option(names = "--ddd", paramLabel = "FILE",
                description = "The filter as what 'tcpdump -ddd' prints; - for standard input.")
        private String file;

        @Parameters(paramLabel = "EXPRESSION",
                description = "The filter as an expression of pcap-filter(7).")
        private String expression;
    }

    @Override
    public Integer call() {
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        try (CaptureReader packets = new CaptureReader(CodeInput.open(capture))) {
            return filter(packets, program(packets.link()), console);
        } catch (IOException e) {
            console.say(e.getMessage());
            return CodeCommand.FAILED;
        } catch (CodeSyntaxException e) {
            CodeCompileCommand.explain(console, source.expression, e);
            return CodeCommand.REFUSED;
        } catch (VerificationException | IllegalArgumentException e) {
            console.say(e.getMessage());
            return CodeCommand.REFUSED;
        }
    }

    private ClassicProgram program(LinkType link) throws IOException {
        return source.file == null
                ? CodeEngine.load()
                        .compileExpression(source.expression, link, CodeCompileCommand.MAX_SNAP)
                : ClassicProgram.parseDecimal(CodeInput.text(CodeInput.read(source.file)));
    }

    private PacketFilter filter(ClassicProgram program, Engine by) {
        return CodeEngine.load().verify(program).filter(by);
    }

    private int filter(CaptureReader packets, ClassicProgram program, Console console) {
        PrintWriter out = spec.commandLine().getOut();
        PacketFilter whole = filter(program, engine.engine());
        boolean looksAtLength = looksAtLength(program);
        try {
            Optional<byte[]> packet = packets.next();
            while (packet.isPresent()) {
                byte[] bytes = packet.get();
                // Of such programs there may be one for each packet: not worth making bytecode.
                PacketFilter filter = looksAtLength && packets.wireBytes() != bytes.length
                        ? filter(withLength(program, packets.wireBytes()), Engine.INTERPRET)
                        : whole;
                int accepted = filter.accept(MemorySegment.ofArray(bytes), 0, bytes.length);
                out.println(Integer.toUnsignedLong(accepted));
                packet = packets.next();
            }
            return 0;
        } catch (IOException e) {
            out.flush();
            console.say(e.getMessage());
            return CodeCommand.REFUSED;
        } finally {
            out.flush();
        }
    }

    private static boolean isLength(Instruction instruction) {
        return instruction.code() == LOAD_LENGTH || instruction.code() == LOAD_LENGTH_TO_X;
    }

    private static boolean looksAtLength(ClassicProgram program) {
        boolean looks = false;
        for (int i = 0; i < program.length(); i++) {
            looks |= isLength(program.at(i));
        }
        return looks;
    }

    /**
     * {@return a program in which a packet is as long as it was on the wire}
     *
     * <p>To our filters a packet is as long as what there is of it. So for one that was cut, the
     * length becomes a constant of the program.
     */
    static ClassicProgram withLength(ClassicProgram program, int wireBytes) {
        List<Instruction> list = new ArrayList<>();
        for (int i = 0; i < program.length(); i++) {
            Instruction old = program.at(i);
            list.add(isLength(old) ? new Instruction(old.code() & ~LENGTH, 0, 0, wireBytes) : old);
        }
        return ClassicProgram.of(list);
    }
}
