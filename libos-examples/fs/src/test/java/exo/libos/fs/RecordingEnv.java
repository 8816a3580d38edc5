// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.Account;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.KeyRing;
import exo.api.LibOs;
import exo.api.Quota;
import exo.api.cpu.Cpu;
import exo.api.disk.Disk;
import exo.api.info.KernelInfo;
import exo.api.mem.Memory;
import exo.api.name.Names;
import exo.api.net.Net;
import exo.api.upcall.Upcalls;

/** An environment whose queues write down what is written through them. */
final class RecordingEnv implements Env {
    private final Env env;
    private final RecordingDisk disk;

    RecordingEnv(Env env, WriteLog log) {
        this.env = env;
        this.disk = new RecordingDisk(env.disk(), log);
    }

    @Override
    public Disk disk() {
        return disk;
    }

    @Override
    public String name() {
        return env.name();
    }

    @Override
    public long id() {
        return env.id();
    }

    @Override
    public KeyRing keys() {
        return env.keys();
    }

    @Override
    public Memory memory() {
        return env.memory();
    }

    @Override
    public Cpu cpu() {
        return env.cpu();
    }

    @Override
    public Net net() {
        return env.net();
    }

    @Override
    public Names names() {
        return env.names();
    }

    @Override
    public KernelInfo info() {
        return env.info();
    }

    @Override
    public Upcalls upcalls() {
        return env.upcalls();
    }

    @Override
    public Quota quota() {
        return env.quota();
    }

    @Override
    public Account account() {
        return env.account();
    }

    @Override
    public EnvControl createEnv(EnvSpec spec, LibOs libOs) {
        return env.createEnv(spec, libOs);
    }

    @Override
    public void startThread(String name, LibOs body) {
        env.startThread(name, body);
    }
}
