// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Argument;
import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Program;
import exo.impl.code.text.Assembler;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Reads a file of cases for the verifier. What it may hold is said in the README beside the files.
 *
 * <p>A file that says anything else is refused, with the line.
 */
final class CaseFile {
    private static final String ACCEPT = "accept";
    private static final String REFUSE = "refuse";

    private final String name;
    private final List<Case> cases = new ArrayList<>();
    private final StringBuilder program = new StringBuilder();
    private Contract contract = noContract("");
    /** The case that is being read; one that began at line 0 is none. */
    private Case open = none();

    /**
     * A program, and what is expected of it.
     *
     * @param where the file and the line of the case
     * @param contract what the program is verified for
     * @param rule the rule that it breaks; empty if it is accepted
     * @param at the slot where it is refused
     * @param says parts of the message of the refusal
     * @param reached slots that are reached if it is accepted
     * @param unreached slots that are not
     * @param line the line of the case
     * @param text the program
     */
    record Case(String where, Contract contract, String rule, int at, List<String> says,
            List<Integer> reached, List<Integer> unreached, int line, String text) {

        /** {@return the program} */
        Program program() {
            return Assembler.assemble(text);
        }

        boolean isAccepted() {
            return rule.isEmpty();
        }

        @Override
        public String toString() {
            return where + (isAccepted() ? " accepted" : " refused, " + rule);
        }
    }

    private CaseFile(String name) {
        this.name = name;
    }

    /**
     * {@return the cases of a file}
     *
     * @param name what the file is called in messages
     * @param lines what it holds
     * @throws IllegalArgumentException if that is not cases
     */
    static List<Case> read(String name, List<String> lines) {
        CaseFile file = new CaseFile(name);
        for (int i = 0; i < lines.size(); i++) {
            try {
                file.line(lines.get(i), i + 1);
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(name + ":" + (i + 1) + ": '" + lines.get(i)
                        + "' cannot be read: " + e.getMessage(), e);
            }
        }
        file.end();
        if (file.cases.isEmpty()) {
            throw new IllegalArgumentException(name + ": the file has no cases");
        }
        return file.cases;
    }

    private static Contract noContract(String name) {
        return new Contract(name.isEmpty() ? "none" : name, List.of(), new TreeMap<>(),
                Contract.MAX_STEPS, Contract.Guard.PROVEN, true);
    }

    private static Case none() {
        return new Case("", noContract(""), "", 0, List.of(), List.of(), List.of(), 0, "");
    }

    private void line(String line, int number) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        if (line.startsWith(" ")) {
            require(open.line > 0, "a program stands behind accept or refuse");
            program.append(line).append('\n');
            return;
        }
        String[] words = line.strip().split(" +");
        switch (words[0]) {
            case "contract", "argument", "helper", "steps" -> {
                end();
                contract = contract(words);
            }
            case ACCEPT, REFUSE -> {
                end();
                begin(words, number);
            }
            case "says" -> {
                require(open.line > 0 && !open.isAccepted(), "only a refusal says something");
                open.says.add(line.substring("says ".length()));
            }
            case "reached" -> slots(words, open.reached);
            case "unreached" -> slots(words, open.unreached);
            default -> throw new IllegalArgumentException("there is no such line");
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    // --- contracts ----------------------------------------------------------------------------

    private Contract contract(String... words) {
        return switch (words[0]) {
            case "contract" -> noContract(words[1]);
            case "argument" -> contract.withArgument(argument(words));
            case "helper" -> contract.withHelper(Integer.parseInt(words[1]), helper(words));
            default -> contract.withMaxSteps(Integer.parseInt(words[1]));
        };
    }

    private static Argument argument(String... words) {
        boolean isWritable = words[words.length - 1].equals("writable");
        return switch (words[1]) {
            case "memory" -> new Argument.Memory(Integer.parseInt(words[2]), isWritable);
            case "packet" -> new Argument.Packet(isWritable);
            case "number" -> new Argument.Scalar(Long.parseLong(words[2]),
                    Long.parseLong(words[3]));
            default -> throw new IllegalArgumentException("there is no such argument");
        };
    }

    private static Helper helper(String... words) {
        List<Helper.Parameter> parameters = new ArrayList<>();
        for (int i = 4; i < words.length; i++) {
            parameters.add(Helper.Parameter.valueOf(upper(words[i])));
        }
        return new Helper(words[3], parameters, Helper.Result.valueOf(upper(words[2])), true,
                (memory, a, b, c, d, e) -> 0);
    }

    private static String upper(String word) {
        return word.toUpperCase(java.util.Locale.ROOT);
    }

    // --- cases --------------------------------------------------------------------------------

    private void begin(String[] words, int number) {
        boolean isAccepted = words[0].equals(ACCEPT);
        require(words.length == (isAccepted ? 1 : 4) && (isAccepted || words[2].equals("at")),
                "it is 'accept', or 'refuse', a rule, 'at' and a slot");
        open = new Case(name + ":" + number, contract, isAccepted ? "" : words[1],
                isAccepted ? 0 : Integer.parseInt(words[3]), new ArrayList<>(),
                new ArrayList<>(), new ArrayList<>(), number, "");
    }

    private void slots(String[] words, List<Integer> to) {
        require(open.line > 0 && open.isAccepted(), "only of what is accepted slots are reached");
        for (int i = 1; i < words.length; i++) {
            to.add(Integer.valueOf(words[i]));
        }
    }

    private void end() {
        if (open.line > 0) {
            if (program.isEmpty()) {
                throw new IllegalArgumentException(open.where + ": the case has no program");
            }
            cases.add(new Case(open.where, open.contract, open.rule, open.at, open.says,
                    open.reached, open.unreached, open.line, program.toString()));
        }
        open = none();
        program.setLength(0);
    }
}
