// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Facility;
import exo.api.ResourceException;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.info.DiskFigures;
import exo.host.BlockFile;
import exo.host.HostException;
import exo.host.IoRing;
import exo.host.Mapping;
import exo.impl.audit.Failures;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Lineage;
import exo.impl.cap.Principal;
import java.util.ArrayList;
import java.util.List;

/** The block devices of a kernel. */
public final class Disks implements AutoCloseable {
    private final List<Device> devices = new ArrayList<>(); // written at boot only
    private final List<Facility> facilities = new ArrayList<>(); // written at boot only

    /**
     * Opens and locks the devices.
     *
     * @param configs which
     * @param pool the frame pool, for probing whether it can be registered
     * @throws ExoException if a device cannot be had; those opened already are closed
     */
    public Disks(List<DiskConfig> configs, Mapping pool) {
        try {
            for (DiskConfig config : configs) {
                Device device = open(config);
                devices.add(device);
                describe(device);
                describeQueue(device, pool);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static Device open(DiskConfig config) {
        BlockFile file;
        try {
            file = config.path().isPresent()
                    ? BlockFile.open(config.path().get(), config.bytes())
                    : BlockFile.temporary(config.bytes());
        } catch (HostException e) {
            throw DiskFaults.of(e, config.name());
        }
        try {
            String holder = file.tryLock();
            if (!holder.isEmpty()) {
                throw new ResourceException(ErrorCode.BUSY, Blame.PEER, config.name(),
                        config.path().map(Object::toString).orElse("the image") + " is held by "
                                + holder,
                        "end that process, or name another device");
            }
            return new Device(config, file);
        } catch (HostException e) {
            file.close();
            throw DiskFaults.of(e, config.name());
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private void describe(Device device) {
        String name = "disk." + device.name();
        BlockFile file = device.file();
        String what = (file.isBlockDevice() ? "block device" : "image file") + ", "
                + device.blockCount() + " blocks of " + device.blockBytes() + " bytes";
        facilities.add(file.isDirect()
                ? Facility.full(name, what + ", direct")
                : Facility.fallback(name, what + ", through the host's page cache",
                        file.directCause(), "use a file system or device that permits O_DIRECT"));
    }

    private void describeQueue(Device device, Mapping pool) {
        String name = "disk." + device.name() + ".queue";
        if (device.config().queue() == QueueBackend.PREAD) {
            facilities.add(Facility.fallback(name, "pread and pwrite",
                    "the configuration asks for it", "DiskConfig.queue(AUTO)"));
            return;
        }
        try (IoRing ring = IoRing.create(1)) {
            ring.registerFile(device.file());
            String refused = ring.tryRegisterBuffers(pool);
            facilities.add(refused.isEmpty()
                    ? Facility.full(name, "io_uring, registered buffers")
                    : Facility.fallback(name, "io_uring, buffers not registered", refused,
                            "raise the limit on locked memory (ulimit -l), or grant CAP_IPC_LOCK"));
        } catch (HostException e) {
            if (device.config().queue() == QueueBackend.IO_URING) {
                throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.HOST, name, e.getMessage(),
                        e.remedy());
            }
            device.avoidRings();
            facilities.add(Facility.fallback(name, "pread and pwrite", e.getMessage(), e.remedy()));
        }
    }

    /** {@return what backs the devices} */
    public List<Facility> facilities() {
        return List.copyOf(facilities);
    }

    /** {@return how many blocks all devices have together} */
    public long totalBlocks() {
        return devices.stream().mapToLong(Device::blockCount).sum();
    }

    /** {@return the devices at this moment} */
    public List<DiskFigures> figures() {
        return devices.stream().map(Device::figures).toList();
    }

    /**
     * Gives the capabilities of all devices to an environment, each under the device's name.
     *
     * @param root the environment
     * @param capabilities the kernel's capabilities
     */
    public void giveTo(Principal root, CapabilityTable capabilities) {
        for (Device device : devices) {
            capabilities.adopt(new KernelBlockDevice(
                    Lineage.original(capabilities, null, root, device.name()), device));
        }
    }

    /** Unlocks and closes the devices. No queue may be left. */
    @Override
    public void close() {
        Failures.forAll(devices, Device::close);
    }
}
