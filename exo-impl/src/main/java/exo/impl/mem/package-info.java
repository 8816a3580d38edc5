// SPDX-License-Identifier: Apache-2.0

/**
 * Page frames and windows.
 *
 * <p>Guarantees: <ul>
 * <li><b>Every page is backed.</b> A page of a window shows a frame or void memory at every moment,
 * so that no access faults.
 * <li><b>No frame twice.</b> A frame is used by one environment; others see it through a capability
 * that dies before the frame moves on.
 * <li><b>No foreign bytes.</b> A dirty frame is zeroed when it is allocated.
 * <li><b>No name twice.</b> A page is retired before its generations run out.
 * <li><b>No lost store.</b> Nobody but its owner moves a private copy into a frame.
 * <li><b>No view without a frame.</b> One is set aside for each copy-on-write view.
 * </ul>
 *
 * <p>It does not decide which frames an environment should lose beyond "idle first, then the
 * highest unmarked page of the window bound last, then frozen frames and buffers of spill areas,
 * then marked pages": whoever wants better answers the revoke request.
 *
 * <p>Reading order: {@code PageTable} (states, names, pins), {@code PageMarks}, {@code ShownPages}
 * (the lock), {@code CopyPages}, {@code WindowForce}, {@code SpillReserve}, {@code KernelWindow},
 * {@code KernelTlb}, {@link exo.impl.mem.FramePool}, {@link exo.impl.mem.KernelMemory}.
 *
 * {@snippet lang="java" :
 * KernelMemory memory = new KernelMemory(pool, capabilities, env);
 * Window window = memory.bindWindow(64);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.mem}, {@code exo.impl.cap}, {@code
 * exo.impl.spill}, {@code exo.impl.info}, {@code exo.impl.audit}, {@code exo.host}.
 *
 * <p>Threading: a window is confined to the thread that bound it; the pool, and taking frames by
 * force, are for any thread.
 *
 * <p>Lock order: a window's lock, then the pool's. The capability table's lock is never taken
 * inside them.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 24-25 and 29-30; departures are in {@link
 * exo.api.mem}.
 *
 * <p>Held by: {@code WindowTest}, {@code CopyTest}, {@code WrittenTest}, {@code PageNotesTest},
 * {@code SoftTlbTest}, {@code FrameRequestTest}, {@code HugeWindowTest}, {@code WindowHostile},
 * {@code CopyHostile}, {@code CrowdHostile}, {@code SeveredShareHostile}, {@code
 * GenerationHostile}, {@code MemoryModelTest}, {@code ShareRaceHostile}, {@code PageTableTest},
 * {@code FramePoolTest},
 * {@code PinOrTakeStress}, {@code ReturnOrTakeStress}, {@code TlbOrTakeStress}, {@code
 * MapOrRevokeStress}, {@code CopyOrDropStress}.
 */
package exo.impl.mem;
