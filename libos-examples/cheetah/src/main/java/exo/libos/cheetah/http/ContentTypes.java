// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The type of a file's content, guessed by the ending of its name. */
public final class ContentTypes {
    /** What a file without a known ending is. */
    public static final String UNKNOWN = "application/octet-stream";

    /** A type and the endings that mean it, in one line. */
    private static final String TABLE = """
            text/html html htm xhtm
            text/css css
            text/javascript js mjs cjs
            text/plain txt text log conf cfg ini def list in diff patch
            text/markdown md markdown
            text/csv csv
            text/tab-separated-values tsv
            text/xml xml xsl xsd
            text/calendar ics
            text/vcard vcf
            text/vtt vtt
            text/x-java java
            text/x-c c h cc cpp hpp
            text/x-python py
            text/x-shellscript sh
            text/yaml yaml yml
            text/x-toml toml
            application/json json map
            application/ld+json jsonld
            application/manifest+json webmanifest
            application/geo+json geojson
            application/xhtml+xml xhtml
            application/atom+xml atom
            application/rss+xml rss
            application/wasm wasm
            application/pdf pdf
            application/postscript ps eps ai
            application/rtf rtf
            application/epub+zip epub
            application/zip zip
            application/gzip gz tgz
            application/x-bzip2 bz2
            application/x-xz xz
            application/zstd zst
            application/x-7z-compressed 7z
            application/x-tar tar
            application/java-archive jar
            application/x-sh-archive shar
            application/sql sql
            application/vnd.apple.mpegurl m3u8
            application/vnd.ms-fontobject eot
            application/msword doc
            application/vnd.ms-excel xls
            application/vnd.ms-powerpoint ppt
            application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
            application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
            application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
            application/vnd.oasis.opendocument.text odt
            application/vnd.oasis.opendocument.spreadsheet ods
            application/vnd.oasis.opendocument.presentation odp
            application/x-iso9660-image iso
            application/octet-stream bin img exe dll so dmg class
            image/png png
            image/jpeg jpg jpeg jpe
            image/gif gif
            image/webp webp
            image/avif avif
            image/svg+xml svg
            image/bmp bmp
            image/tiff tif tiff
            image/vnd.microsoft.icon ico
            image/heic heic
            image/jxl jxl
            audio/mpeg mp3
            audio/ogg ogg oga opus
            audio/wav wav
            audio/flac flac
            audio/aac aac
            audio/mp4 m4a
            audio/midi mid midi
            video/mp4 mp4 m4v
            video/webm webm
            video/ogg ogv
            video/quicktime mov
            video/mpeg mpeg mpg
            video/x-msvideo avi
            video/x-matroska mkv
            video/mp2t ts
            font/woff woff
            font/woff2 woff2
            font/ttf ttf
            font/otf otf
            """;

    private static final Map<String, String> TYPES = new HashMap<>();

    static {
        for (String line : TABLE.lines().toList()) {
            String[] words = line.split(" ", -1);
            String type = words[0].startsWith("text/") ? words[0] + "; charset=utf-8" : words[0];
            for (int i = 1; i < words.length; i++) {
                TYPES.put(words[i], type);
            }
        }
    }

    private ContentTypes() {}

    /**
     * {@return the type of a file with that name}
     *
     * @param name the name of the file
     */
    public static String of(String name) {
        int dot = name.lastIndexOf('.');
        String ending = name.substring(dot + 1).toLowerCase(Locale.ROOT);
        return dot < 0 ? UNKNOWN : TYPES.getOrDefault(ending, UNKNOWN);
    }

    /** {@return how many endings are known} */
    static int count() {
        return TYPES.size();
    }
}
