// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.io;

import exo.libos.fs.format.FileTable;
import exo.libos.fs.format.Superblock;

/**
 * A generation that was read and checked.
 *
 * @param superblock what commits it
 * @param table its directories and files
 * @param slot the number of the block with the superblock
 */
public record Generation(Superblock superblock, FileTable table, int slot) {}
