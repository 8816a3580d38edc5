// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * The page that shows what a directory holds, in pieces: its beginning, a row for each entry, its
 * end. The same entry always gives the same piece, so a piece can be made again instead of kept.
 *
 * <p><b>Thread-safety.</b> Any thread.
 */
public final class ListingPage {
    private static final DateTimeFormatter DATE = DateTimeFormatter
            .ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final String HEAD = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>PATH</title>
            <style>
            body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
            h1{font-size:1.25rem;overflow-wrap:anywhere}
            table{border-collapse:collapse;width:100%}
            th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #8884}
            td:nth-child(n+2),th:nth-child(n+2){text-align:right;white-space:nowrap}
            td:first-child{overflow-wrap:anywhere}
            a{text-decoration:none}a:hover{text-decoration:underline}
            :root{color-scheme:light dark}
            </style>
            </head>
            <body>
            <h1>PATH</h1>
            <table>
            <thead><tr><th>Name</th><th>Size</th><th>Changed (UTC)</th></tr></thead>
            <tbody>
            """;

    private ListingPage() {}

    /**
     * {@return the beginning of the page}
     *
     * @param names the names from the root down to the directory
     */
    public static byte[] head(List<String> names) {
        StringBuilder path = new StringBuilder("/");
        for (String name : names) {
            escape(name, path);
            path.append('/');
        }
        String parent = names.isEmpty()
                ? ""
                : "<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n";
        return HEAD.replace("PATH", path).concat(parent).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * {@return the row of an entry}
     *
     * @param name its name
     * @param isDirectory whether it is a directory
     * @param sizeBytes its size; not shown for a directory
     * @param modifiedSecond when it was changed last, seconds since 1970
     */
    public static byte[] row(String name, boolean isDirectory, long sizeBytes,
            long modifiedSecond) {
        String slash = isDirectory ? "/" : "";
        // The dot keeps a name with a colon from being read as a scheme.
        StringBuilder out = new StringBuilder("<tr><td><a href=\"./");
        TargetPath.escape(name, out);
        out.append(slash).append("\">");
        escape(name, out);
        out.append(slash).append("</a></td><td>");
        out.append(isDirectory ? "" : size(sizeBytes)).append("</td><td>");
        out.append(DATE.format(Instant.ofEpochSecond(modifiedSecond))).append("</td></tr>\n");
        return utf8(out);
    }

    /** {@return the end of the page} */
    public static byte[] foot() {
        return Ascii.bytes("""
                </tbody>
                </table>
                </body>
                </html>
                """);
    }

    /** {@return a size as a person reads it} */
    static String size(long bytes) {
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0
                ? bytes + " B"
                : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    private static void escape(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                // Control characters have no place in a page, not even escaped.
                default -> out.append(c < ' ' || (c >= 0x7f && c < 0xa0) ? '\ufffd' : c);
            }
        }
    }

    private static byte[] utf8(StringBuilder text) {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
