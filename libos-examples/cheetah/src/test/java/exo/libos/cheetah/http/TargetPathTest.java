// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class TargetPathTest {
    private static TargetPath decode(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        return TargetPath.decode(Requests.memory(bytes), Requests.OFFSET, bytes.length);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            /a               > a           > false
            /a/              > a           > true
            /a/b.txt         > a|b.txt     > false
            /a%20b           > a b         > false
            /%41%7e%7E       > A~~         > false
            /%c3%bc          > \u00fc      > false
            /%C3%BC/         > \u00fc      > true
            /\u00fc          > \u00fc      > false
            /%F0%9F%90%86    > \ud83d\udc06 > false
            /...             > ...         > false
            /.a              > .a          > false
            /..a/a..         > ..a|a..     > false
            /a\\..\\b        > a\\..\\b    > false
            /a%5c..          > a\\..       > false
            /a%3fb%23        > a?b#        > false
            /%2525           > %25         > false
            /a+b             > a+b         > false
            """)
    void shouldDecode(String path, String names, boolean isDirectory) {
        TargetPath decoded = decode(path);
        assertEquals(Status.OK, decoded.status());
        assertEquals(List.of(names.split("\\|", -1)), decoded.names());
        assertEquals(isDirectory, decoded.isDirectory());
    }

    @Test
    void shouldDecodeControlCharacters() {
        assertEquals(List.of("\r\n"), decode("/%0d%0a").names());
    }

    @Test
    void shouldDecodeTheRoot() {
        assertEquals(TargetPath.ROOT, decode("/"));
        assertEquals("/", decode("/").directoryPath());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            /..                     > BAD_REQUEST
            /../a                   > BAD_REQUEST
            /a/..                   > BAD_REQUEST
            /a/../b                 > BAD_REQUEST
            /a/../../b              > BAD_REQUEST
            /.                      > BAD_REQUEST
            /./a                    > BAD_REQUEST
            /a/./b                  > BAD_REQUEST
            /%2e%2e/a               > BAD_REQUEST
            /%2E%2e/a               > BAD_REQUEST
            /.%2e/a                 > BAD_REQUEST
            /%2e./a                 > BAD_REQUEST
            /%2e/a                  > BAD_REQUEST
            /a/%2e%2e               > BAD_REQUEST
            /a/%2e%2e/              > BAD_REQUEST
            /a%00                   > BAD_REQUEST
            /%00                    > BAD_REQUEST
            /a%00.txt               > BAD_REQUEST
            /%                      > BAD_REQUEST
            /%4                     > BAD_REQUEST
            /%4/a                   > BAD_REQUEST
            /%zz                    > BAD_REQUEST
            /%u0041                 > BAD_REQUEST
            /%ff                    > BAD_REQUEST
            /%c3                    > BAD_REQUEST
            /%c0%ae%c0%ae/a         > BAD_REQUEST
            /%c0%af                 > BAD_REQUEST
            /%ed%a0%80              > BAD_REQUEST
            /%2f                    > NOT_FOUND
            /a%2fb                  > NOT_FOUND
            /a%2F                   > NOT_FOUND
            /..%2fa                 > NOT_FOUND
            /..%2f..%2fetc%2fpasswd > NOT_FOUND
            //                      > NOT_FOUND
            //a                     > NOT_FOUND
            //a.example/b/          > NOT_FOUND
            /a//b                   > NOT_FOUND
            /a//                    > NOT_FOUND
            """)
    void shouldRefuse(String path, Status status) {
        TargetPath decoded = decode(path);
        assertEquals(status, decoded.status());
        assertEquals(List.of(), decoded.names());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            /a               > /a/
            /a/b             > /a/b/
            /a%20b           > /a%20b/
            /%61             > /a/
            /%c3%bc          > /%C3%BC/
            /\u00fc          > /%C3%BC/
            /a%0d%0aX:%20y   > /a%0D%0AX%3A%20y/
            /a%3f%23%25%22   > /a%3F%23%25%22/
            /a:b@c           > /a%3Ab%40c/
            """)
    void shouldEscapeTheWayBack(String path, String escaped) {
        assertEquals(escaped, decode(path).directoryPath());
        assertEquals(decode(path).names(), decode(escaped).names());
    }
}
