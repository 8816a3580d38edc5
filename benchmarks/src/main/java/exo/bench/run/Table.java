// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints results for people: the values, then each ratio to a baseline.
 *
 * <p>A ratio is drawn for each round by itself, from two values that were measured close together;
 * what is printed is the median of these ratios, and their range. A range that spans 1.00 means
 * that the run could not tell the two apart.
 */
public final class Table {
    /** With fewer pairs than these, chance alone may put them all on one side. */
    static final int MIN_PAIRS = 5;

    private Table() {}

    /**
     * {@return both tables, as lines of text}
     *
     * @param results what was measured
     */
    public static String of(Results results) {
        Map<Series, Map<Integer, Double>> values = new LinkedHashMap<>();
        for (Sample sample : results.samples()) {
            values.computeIfAbsent(sample.series(), s -> new LinkedHashMap<>())
                    .put(sample.round(), sample.value());
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[]{"study", "job", "contender", "median", "min", "max", "unit", "n"});
        values.forEach((series, rounds) -> {
            double[] sorted = sorted(rounds.values().stream().toList());
            rows.add(new String[]{series.study(), series.job(), series.contender(),
                    number(median(sorted)), number(sorted[0]), number(sorted[sorted.length - 1]),
                    series.unit(), Integer.toString(sorted.length)});
        });
        StringBuilder out = new StringBuilder(align(rows)).append('\n');
        return out.append(ratios(results, values)).toString();
    }

    private static String ratios(Results results, Map<Series, Map<Integer, Double>> values) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[]{"study", "job", "unit", "ours / baseline", "ratio", "min", "max",
                "pairs", "goal", "verdict"});
        for (Comparison comparison : results.comparisons()) {
            double[] ratios = sorted(ratios(values.getOrDefault(comparison.ours(), Map.of()),
                    values.getOrDefault(comparison.theirs(), Map.of())));
            if (ratios.length > 0) {
                rows.add(row(comparison, ratios));
            }
        }
        return align(rows);
    }

    private static String[] row(Comparison comparison, double[] ratios) {
        Series ours = comparison.ours();
        double median = median(ratios);
        String sign = ours.moreIsBetter() ? ">= " : "<= ";
        return new String[]{ours.study(), ours.job(), ours.unit(),
                ours.contender() + " / " + comparison.baseline(), number(median),
                number(ratios[0]), number(ratios[ratios.length - 1]),
                Integer.toString(ratios.length),
                comparison.goal() == 0 ? "" : sign + number(comparison.goal()),
                verdict(comparison, ratios)};
    }

    private static String verdict(Comparison comparison, double[] ratios) {
        double least = ratios[0];
        double most = ratios[ratios.length - 1];
        boolean more = comparison.ours().moreIsBetter();
        String word = ratios.length < MIN_PAIRS
                ? "too few pairs"
                : least <= 1 && most >= 1 ? "even" : (least > 1) == more ? "win" : "loss";
        if (comparison.goal() == 0) {
            return word;
        }
        return word + (comparison.isReachedBy(median(ratios)) ? ", goal met" : ", goal missed");
    }

    private static List<Double> ratios(Map<Integer, Double> ours, Map<Integer, Double> theirs) {
        List<Double> ratios = new ArrayList<>();
        ours.forEach((round, value) -> {
            Double other = theirs.get(round);
            if (other != null && other != 0) {
                ratios.add(value / other);
            }
        });
        return ratios;
    }

    private static double[] sorted(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    /** {@return the middle value, or the mean of the two in the middle} */
    static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[middle]
                : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** {@return a number with two or three digits that count} */
    static String number(double value) {
        double size = Math.abs(value);
        if (size != 0 && size < 0.1) {
            return new BigDecimal(value).round(new MathContext(2)).toPlainString();
        }
        String form = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }

    private static String align(List<String[]> rows) {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String blanks = " ".repeat(widths[i] - row[i].length());
                boolean isNumber = row[i].matches("-?[0-9,.]+");
                line.append(isNumber ? blanks + row[i] : row[i] + blanks).append("  ");
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }
}
