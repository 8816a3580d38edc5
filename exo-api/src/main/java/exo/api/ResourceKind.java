// SPDX-License-Identifier: Apache-2.0
package exo.api;

/** The kinds of resources a capability can stand for. */
public enum ResourceKind {
    /** An environment; see {@link EnvControl}. */
    ENV,
    /** A run of page frames that may be mapped; see {@link exo.api.mem.Frames}. */
    FRAMES,
    /** A block device; see {@link exo.api.disk.BlockDevice}. */
    BLOCK_DEVICE,
    /** A run of blocks; see {@link exo.api.disk.Extent}. */
    EXTENT,
    /** An interval on a core's timeline; see {@link exo.api.cpu.Quantum}. */
    QUANTUM,
    /** A network device; see {@link exo.api.net.NetDevice}. */
    NET_DEVICE,
    /** An address on a network device; see {@link exo.api.net.Station}. */
    STATION,
    /** A name and all names below it; see {@link exo.api.name.NameKey}. */
    NAME
}
