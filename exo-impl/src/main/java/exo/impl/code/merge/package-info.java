// SPDX-License-Identifier: Apache-2.0

/**
 * Which of many filters gets a packet.
 *
 * <p>Guarantees: <ul>
 * <li><b>One meaning.</b> The answer is that of all filters, evaluated one by one: the satisfied
 * alternative that names the most bits wins, the older one among equals.
 * <li><b>No theft.</b> A filter that could take packets of another is refused.
 * <li><b>Cheap changes.</b> Members of a group come and go as data; code is made when bits that
 * were the same in all members no longer are.
 * </ul>
 *
 * <p>It does not find that two filters are disjoint because of ranges, sums, or lengths.
 *
 * <p>Method: <ol>
 * <li>{@code Explorer} runs a program with symbols. Each way that accepts is an alternative: a
 * conjunction of bits, a least length, and maybe a residue.
 * <li>{@code Group} holds the alternatives that look at the same bits. Bits with one value in all
 * members are guards, constants of generated code with early exit; the others are the key of a hash
 * table.
 * <li>{@code MergedClassifier} asks the groups, those with the most bits first.
 * <li>{@code Projection} finds overlaps: members of a group by the bits that another shape looks
 * at too.
 * </ol>
 *
 * <p>Reading order: {@code Bits}, {@code Path}, {@code Explorer}, {@code Analysis}; {@code Layout},
 * {@code Salt}, {@code Table}, {@code MatcherCompiler}, {@code Group}; {@link
 * exo.impl.code.merge.MergedClassifier}.
 *
 * {@snippet lang="java" :
 * Classifier set = new MergedClassifier();
 * set.insert(7, engine.verify(Field.UDP_DESTINATION_PORT.is(53).toProgram(262_144)));
 * int key = set.classify(memory, 0, length); // 7, or Classifier.NONE
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.api.code}, {@code exo.impl.code}.
 * Threading: {@code classify} from any thread, changes from one at a time.
 *
 * <p>Source: Engler, Kaashoek, "DPF: Fast, Flexible Message Demultiplexing using Dynamic Code
 * Generation", SIGCOMM 1996; tuple space search: Srinivasan, Suri, Varghese, "Packet
 * Classification using Tuple Space Search", SIGCOMM 1999.
 *
 * <p>Held by: {@code AnalysisTest}, {@code MergedClassifierTest}, {@code ClassifierChangesTest},
 * {@code ChosenKeysTest}.
 */
package exo.impl.code.merge;
