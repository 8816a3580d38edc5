// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

/** What runs one program, in any machine that was made for it. Any thread, one machine each. */
abstract class Code {
    /** For generated classes too. */
    Code() {}

    /**
     * hot: {@return what r0 holds at the end}
     *
     * @param machine the machine, of which {@link Machine#begin} was called
     * @throws exo.api.code.CodeFault if the run broke a rule
     */
    abstract long run(Machine machine);
}
