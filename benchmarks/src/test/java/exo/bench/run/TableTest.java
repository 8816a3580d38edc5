// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TableTest {
    private static final Series COST = new Series("study", "job", "ours", "us/op");
    private static final Series RATE = new Series("study", "job", "ours", "reads/s");

    private static String ratioLine(Series series, double goal, double[] ours, double[] theirs) {
        Results results = new Results();
        for (int i = 0; i < ours.length; i++) {
            results.add(series, i + 1, ours[i]);
        }
        for (int i = 0; i < theirs.length; i++) {
            results.add(series.of("theirs"), i + 1, theirs[i]);
        }
        results.compare(series, "theirs", goal);
        return Table.of(results)
                .lines()
                .filter(line -> line.contains("ours / theirs"))
                .findFirst()
                .orElse("")
                .replaceAll("\\s+", " ");
    }

    private static double[] five(double first, double second) {
        return new double[]{first, second, first, second, first};
    }

    @Test
    void shouldDrawTheMedianOfRatiosOfPairs() {
        // The ratio of the medians would be 1.
        String line = ratioLine(COST, 0, new double[]{1, 20, 300, 1, 9},
                new double[]{10, 100, 20, 10, 10});
        assertEquals("study job us/op ours / theirs 0.20 0.10 15.0 5 even", line);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.6, win", "2, 3, loss", "0.9, 1.1, even", "1, 1, even"})
    void shouldCallLessCostAWin(double first, double second, String verdict) {
        double[] ones = {1, 1, 1, 1, 1};
        assertTrue(ratioLine(COST, 0, five(first, second), ones).endsWith(" " + verdict));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.6, loss", "2, 3, win", "0.9, 1.1, even"})
    void shouldCallAGreaterRateAWin(double first, double second, String verdict) {
        double[] ones = {1, 1, 1, 1, 1};
        assertTrue(ratioLine(RATE, 0, five(first, second), ones).endsWith(" " + verdict));
    }

    @Test
    void shouldNotJudgeByFewerThanFivePairs() {
        double[] four = {2, 2, 2, 2};
        assertTrue(ratioLine(COST, 1, four, new double[]{1, 1, 1, 1})
                .endsWith(" 4 <= 1.00 too few pairs, goal missed"));
        assertTrue(ratioLine(COST, 0, five(2, 2), five(1, 1)).endsWith(" 5 loss"));
    }

    @Test
    void shouldSayWhetherAGoalIsMet() {
        double[] ones = five(1, 1);
        assertTrue(ratioLine(COST, 1.15, five(1.15, 1.15), ones).endsWith("loss, goal met"));
        assertTrue(ratioLine(COST, 1.15, five(1.16, 1.16), ones).endsWith("loss, goal missed"));
        assertTrue(ratioLine(RATE, 2, five(2, 2), ones).endsWith(">= 2.00 win, goal met"));
        assertTrue(ratioLine(RATE, 2, five(1.9, 1.9), ones).endsWith("win, goal missed"));
    }

    @Test
    void shouldPairOnlyRoundsThatBothHave() {
        assertEquals("", ratioLine(COST, 0, new double[]{1}, new double[]{}));
        assertTrue(ratioLine(COST, 0, new double[]{1, 9}, new double[]{2})
                .endsWith(" 0.50 0.50 0.50 1 too few pairs"));
    }

    @Test
    void shouldListTheValuesOfEachSeries() {
        Results results = new Results();
        results.add(COST, 1, 3);
        results.add(COST, 2, 1);
        String row = Table.of(results).lines().skip(1).findFirst().orElseThrow();
        assertEquals("study job ours 2.00 1.00 3.00 us/op 2", row.replaceAll("\\s+", " "));
        assertFalse(Table.of(results).contains("verdict  \n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0        | 0.00
            0.00087  | 0.00087
            0.099    | 0.099
            0.1      | 0.10
            9.994    | 9.99
            99.94    | 99.9
            1234.6   | 1,235
            """)
    void shouldRoundForReaders(double value, String text) {
        assertEquals(text, Table.number(value));
    }
}
