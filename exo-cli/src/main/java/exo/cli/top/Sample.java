// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import exo.api.info.CoreFigures;
import exo.api.info.DiskFigures;
import exo.api.info.EnvFigures;
import exo.api.info.InfoReader;
import exo.api.info.KernelFigures;
import exo.api.info.NetFigures;
import java.util.List;

/**
 * What a kernel exposed at one moment.
 *
 * @param pid its process
 * @param version the version of the layout it writes
 * @param bootEpochMillis when it booted, in milliseconds since 1970
 * @param pageBytes the size of a page in bytes
 * @param kernel the kernel as a whole
 * @param envs its environments
 * @param devices its cores and devices
 */
record Sample(long pid, int version, long bootEpochMillis, int pageBytes, KernelFigures kernel,
        List<EnvFigures> envs, Devices devices) {

    /**
     * Cores and devices.
     *
     * @param cores the managed cores
     * @param disks the block devices
     * @param nets the network devices
     */
    record Devices(List<CoreFigures> cores, List<DiskFigures> disks, List<NetFigures> nets) {}

    /** {@return what a kernel exposes now} */
    static Sample of(InfoReader reader) {
        return new Sample(reader.pid(), reader.version(), reader.bootEpochMillis(),
                reader.pageBytes(), reader.kernel(), reader.envs(),
                new Devices(reader.cores(), reader.disks(), reader.nets()));
    }

    /** {@return how long ago the figures were copied, in milliseconds} */
    long ageMillis(long nowEpochMillis) {
        return Math.max(0, nowEpochMillis - bootEpochMillis - kernel.tick());
    }
}
