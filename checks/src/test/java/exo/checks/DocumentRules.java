// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import exo.checks.Markdown.Block;
import exo.checks.Markdown.Item;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Whether the documents tell the truth about the tree they are in. */
final class DocumentRules {

    private static final Pattern FILE_NAME = Pattern
            .compile("[\\w.-]+\\.(md|java|xml|txt|sh|jfc|csv|json|properties)");
    private static final Pattern PATH = Pattern.compile("\\.{0,2}[\\w.-]*(/[\\w.-]+)+/?|[\\w.-]+/");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])(--[a-z][\\w-]+)");
    private static final Pattern PROPERTY = Pattern.compile("-D(exo\\.[\\w.]*\\w)");
    private static final Pattern COMMAND = Pattern.compile("\\./exo ([a-z]+)");
    private static final Pattern CONFIG_METHOD = Pattern
            .compile(
                    "\\b(HostConfig|MemoryConfig|DiskConfig|CpuConfig|NetConfig|EnvSpec)\\.(\\w+)");
    private static final Pattern EXCERPT = Pattern
            .compile("<!-- excerpt: ([^#\\s]+)(?:#(\\S+))? -->");
    /** Folders that may be named before they are there. */
    private static final Set<String> LATER = Set.of("libos-examples", "benchmarks");

    private final SourceTree tree;

    DocumentRules(SourceTree tree) {
        this.tree = tree;
    }

    /** {@return links of a document that lead nowhere inside the project} */
    List<Finding> links(String path, Markdown document) {
        List<Finding> found = new ArrayList<>();
        for (Item link : document.links()) {
            if (link.text().matches("[a-z]+:.*")) {
                continue;
            }
            String[] parts = link.text().split("#", 2);
            String target = parts[0].isEmpty() ? path : beside(path, parts[0]);
            if (!tree.exists(target)) {
                found.add(Finding.at(path, link.line(), "link", link.text() + " leads nowhere"));
            } else if (parts.length > 1 && target.endsWith(".md")
                    && !Markdown.parse(tree.read(target)).anchors().contains(parts[1])) {
                found.add(Finding.at(path, link.line(), "link", "no heading " + link.text()));
            }
        }
        return found;
    }

    private static String beside(String path, String link) {
        int slash = path.lastIndexOf('/');
        String joined = slash < 0 ? link : path.substring(0, slash + 1) + link;
        return Path.of(joined).normalize().toString();
    }

    /** {@return file paths between backticks that are not there} */
    List<Finding> paths(String path, Markdown document) {
        List<Finding> found = new ArrayList<>();
        for (Item span : document.spans()) {
            String name = span.text().replaceFirst("^\\./", "");
            boolean there = tree.exists(name) || tree.exists(beside(path, name));
            if (claimsToBeAFile(name) && !there && !isKnownName(name)) {
                found.add(Finding.at(path, span.line(), "path", "there is no " + span.text()));
            }
        }
        return found;
    }

    private boolean claimsToBeAFile(String name) {
        if (name.startsWith("/") || name.contains("target/")) {
            return false;
        }
        if (FILE_NAME.matcher(name).matches()) {
            return true;
        }
        String first = name.split("/", 2)[0];
        return PATH.matcher(name).matches() && !(LATER.contains(first) && !tree.exists(first))
                && (name.endsWith("/") || tree.exists(first));
    }

    /** A bare name, like {@code package-info.java}, may stand for any file of that name. */
    private boolean isKnownName(String name) {
        return !name.contains("/") && tree.files().stream().anyMatch(f -> f.endsWith("/" + name));
    }

    /** {@return Java blocks that are no excerpt, or not equal to what they are an excerpt of} */
    List<Finding> excerpts(String path, Markdown document) {
        List<Finding> found = new ArrayList<>();
        for (Block block : document.blocks()) {
            Matcher marker = EXCERPT.matcher(block.before());
            if (marker.matches()) {
                String problem = compare(marker.group(1), marker.group(2), block.text());
                if (!problem.isEmpty()) {
                    found.add(Finding.at(path, block.line(), "excerpt", problem));
                }
            } else if (block.language().equals("java")) {
                found.add(Finding.at(path, block.line(), "excerpt",
                        "Java needs <!-- excerpt: file#region --> above it, so that it compiles"));
            }
        }
        return found;
    }

    private String compare(String file, String region, String text) {
        if (!tree.exists(file)) {
            return "there is no " + file;
        }
        Optional<String> source = region == null
                ? Optional.of(tree.read(file).stripTrailing())
                : region(tree.read(file), region);
        if (source.isEmpty()) {
            return "there is no region " + region + " in " + file;
        }
        return source.get().equals(text)
                ? ""
                : "differs from " + file
                        + (region == null ? "" : " region " + region) + ", which reads:\n"
                        + source.get();
    }

    /** {@return the lines between the tags of a region, without their common indentation} */
    static Optional<String> region(String source, String name) {
        List<String> inside = new ArrayList<>();
        boolean open = false;
        for (String line : source.lines().toList()) {
            if (line.matches("\\s*// @start region=\"?" + Pattern.quote(name) + "\"?\\s*")) {
                open = true;
            } else if (open && line.matches("\\s*// @end.*")) {
                return Optional.of(inside.stream().collect(Collectors.joining("\n")).stripIndent());
            } else if (open) {
                inside.add(line);
            }
        }
        return Optional.empty();
    }

    /** {@return options, properties and methods that are mentioned and not in the sources} */
    List<Finding> mentions(String path, Markdown document) {
        List<Finding> found = new ArrayList<>();
        for (Item item : document.commands()) {
            Matcher option = OPTION.matcher(item.text());
            while (option.find()) {
                if (!inSources(option.group(1), "exo-cli/src/main/", "exo", "pom.xml", ".ci/")) {
                    found.add(Finding.at(path, item.line(), "option", "no " + option.group(1)));
                }
            }
            Matcher property = PROPERTY.matcher(item.text());
            while (property.find()) {
                if (!inSources(property.group(1), "")) {
                    found.add(Finding.at(path, item.line(), "property", "no " + property.group(1)));
                }
            }
            Matcher method = CONFIG_METHOD.matcher(item.text());
            while (method.find()) {
                if (!configHas(method.group(1), method.group(2))) {
                    found.add(Finding.at(path, item.line(), "method", "no " + method.group()));
                }
            }
        }
        return found;
    }

    private boolean inSources(String text, String... prefixes) {
        for (String file : tree.textFiles()) {
            boolean asked = false;
            for (String prefix : prefixes) {
                asked |= file.startsWith(prefix);
            }
            if (asked && !file.endsWith(".md") && !file.startsWith("checks/")
                    && tree.read(file).contains(text)) {
                return true;
            }
        }
        return false;
    }

    private boolean configHas(String type, String method) {
        return tree.files("/" + type + ".java")
                .stream()
                .anyMatch(f -> tree.read(f).matches("(?s).*\\b" + method + "\\b.*"));
    }

    /** {@return the commands of {@code ./exo} that the sources define} */
    Set<String> definedCommands() {
        Set<String> commands = new TreeSet<>(Set.of("bench"));
        Pattern name = Pattern.compile("@Command\\(\\s*name = \"([a-z]+)\"");
        for (String file : tree.files(".java")) {
            if (file.startsWith("exo-cli/src/main/")) {
                Matcher matcher = name.matcher(tree.read(file));
                while (matcher.find()) {
                    commands.add(matcher.group(1));
                }
            }
        }
        return commands;
    }

    /** {@return the commands of {@code ./exo} that a document mentions} */
    static List<Item> mentionedCommands(Markdown document) {
        List<Item> found = new ArrayList<>();
        for (Item item : document.commands()) {
            Matcher command = COMMAND.matcher(item.text());
            while (command.find()) {
                found.add(new Item(item.line(), command.group(1)));
            }
        }
        return found;
    }
}
