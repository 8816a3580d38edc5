// SPDX-License-Identifier: Apache-2.0

/**
 * What the bytes of a volume mean, and where free blocks are. Pure: no input or output.
 *
 * <p>Guarantees: <ul>
 * <li><b>What is read is checked.</b> A table or superblock that was accepted needs no further
 * check by whoever uses it.
 * <li><b>What is written can be read.</b> Encoding and decoding are inverse.
 * </ul>
 *
 * <p>It does not find anything: where superblocks and tables are read from is {@code
 * exo.libos.fs.io}'s.
 *
 * <p>Reading order: {@link exo.libos.fs.format.Layout} (the drawing), {@link
 * exo.libos.fs.format.Superblock}, {@link exo.libos.fs.format.TableBlock}, {@link
 * exo.libos.fs.format.FileTable}, {@link exo.libos.fs.format.TableReader}, {@link
 * exo.libos.fs.format.FreeSpace}, {@link exo.libos.fs.format.Names}.
 *
 * {@snippet lang="java" :
 * FileTable table = TableReader.read(bytes, 4096, extentBlocks, superblock.tableRuns());
 * int index = table.child(0, "index.html");
 * }
 *
 * <p>Imports allowed: {@code exo.api} for the exceptions. Threading: values; the rest is confined.
 *
 * <p>Source: none beyond {@link exo.libos.fs}.
 *
 * <p>Held by: {@code FreeSpaceTest}, {@code VolumeHostile}.
 */
package exo.libos.fs.format;
