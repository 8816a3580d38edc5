// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.code.LinkType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Link types by the names that users of tcpdump know, and by their own. */
final class LinkNames implements ITypeConverter<LinkType> {
    private static final String ETHERNET = "EN10MB";

    @Override
    public LinkType convert(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        if (name.equals(ETHERNET)) {
            return LinkType.ETHERNET;
        }
        return Arrays.stream(LinkType.values())
                .filter(link -> link.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text
                        + "' is no link type; there are " + ETHERNET + ", "
                        + Arrays.stream(LinkType.values())
                                .map(LinkType::name)
                                .collect(Collectors.joining(", "))));
    }
}
