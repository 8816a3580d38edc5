// SPDX-License-Identifier: Apache-2.0

/**
 * The protocol of the web, without a network: reads requests, writes responses.
 *
 * <p>Guarantees: <ul>
 * <li><b>Every request gets a verdict.</b> Whatever bytes arrive, parsing ends with a status and
 * never with an exception.
 * <li><b>One reading.</b> A head that two servers could read in two ways is refused.
 * <li><b>Paths lead downwards.</b> No spelling of a path leaves the root.
 * <li><b>No garbage for a file that was asked for before.</b> Heads are read where they arrived and
 * written into memory that is used again.
 * </ul>
 *
 * <p>It does not keep request bodies, compress, or send several ranges in one response.
 *
 * <p>Reading order: {@link exo.libos.cheetah.http.RequestParser}, {@link
 * exo.libos.cheetah.http.Request}, {@link exo.libos.cheetah.http.TargetPath}, {@link
 * exo.libos.cheetah.http.Preconditions}, {@link exo.libos.cheetah.http.HeadWriter}.
 *
 * {@snippet lang="java" :
 * int headBytes = parser.findEnd(bytes, 0, arrived, 0);
 * if (headBytes > 0) {
 *     Status status = parser.parse(bytes, 0, headBytes, request);
 *     writer.plain(status, request, request.isKeptAlive(), nowSecond);
 * }
 * }
 *
 * <p>Imports allowed: {@code java.base}. Threading: each object is confined to one thread.
 *
 * <p>Source: RFC 9110 (HTTP Semantics), RFC 9112 (HTTP/1.1), RFC 3986 (URI).
 *
 * <p>Held by: {@code RequestParserTest}, {@code RequestParserHostile}, {@code TargetPathTest},
 * {@code HttpDateTest}, {@code PreconditionsTest}, {@code BodySkipperTest}, {@code HeadWriterTest},
 * {@code ListingPageTest}.
 */
package exo.libos.cheetah.http;
