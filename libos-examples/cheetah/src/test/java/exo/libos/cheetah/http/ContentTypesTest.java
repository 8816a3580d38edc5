// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ContentTypesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            index.html  | text/html; charset=utf-8
            A.HTML      | text/html; charset=utf-8
            a.b.css     | text/css; charset=utf-8
            app.mjs     | text/javascript; charset=utf-8
            a.json      | application/json
            a.tar.gz    | application/gzip
            a.svg       | image/svg+xml
            a.woff2     | font/woff2
            .txt        | text/plain; charset=utf-8
            a.unknown   | application/octet-stream
            txt         | application/octet-stream
            a.          | application/octet-stream
            """)
    void shouldKnowTheTypeByTheEnding(String name, String type) {
        assertEquals(type, ContentTypes.of(name));
    }

    @Test
    void shouldKnowManyEndings() {
        assertTrue(ContentTypes.count() >= 80);
    }
}
