// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** A response, as a client sees it. */
final class Reply {
    private final int status;
    private final Map<String, String> fields;
    private final byte[] body;

    /**
     * A response.
     *
     * @param status the status code
     * @param fields the fields by their names in lower case
     * @param body the content
     */
    Reply(int status, Map<String, String> fields, byte[] body) {
        this.status = status;
        this.fields = fields;
        this.body = body;
    }

    int status() {
        return status;
    }

    String field(String name) {
        return fields.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    byte[] body() {
        return body;
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
