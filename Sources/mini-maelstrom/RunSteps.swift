import Glibc

/// Striking nodes that only commands reach, while the run goes on.
extension Run {
    /// Does something to a node, once what was to be done to it before is done.
    func add(_ step: NodeSteps.Step, to node: Int, at now: UInt64) throws {
        if steps.add(step, to: node) { try begin(node, at: now) }
    }

    /// Goes on with what follows commands that have ended.
    /// - Throws: `Failure.command` where one has failed.
    func turnSteps(at now: UInt64) throws {
        for (node, status) in steps.reap() {
            guard let step = steps.current(node) else { continue }
            guard status == 0 else {
                throw Failure.command(
                    node: node, option: step.option, how: NodeProcess.describe(status: status))
            }
            // What is left of it here: the end of a pipe.
            if step == .kill { cluster.nodes[node].kill() }
            try end(node, at: now)
        }
    }

    /// - Throws: `Failure.command` where one takes too long.
    func checkSteps(at now: UInt64) throws {
        guard let node = steps.late(at: now), let step = steps.current(node) else { return }
        throw Failure.command(node: node, option: step.option, how: "has not ended in 60 s")
    }

    private func begin(_ node: Int, at now: UInt64) throws {
        guard let step = steps.current(node) else { return }
        guard let command = command(step) else {
            try cluster.restart(node)
            sendInit(to: node, at: now)
            return try end(node, at: now)
        }
        steps.begin(try spawn(command, node: node), of: node, at: now)
    }

    private func end(_ node: Int, at now: UInt64) throws {
        steps.end(node)
        try begin(node, at: now)
    }

    /// Nil for a start, which is the bench's own doing.
    private func command(_ step: NodeSteps.Step) -> String? {
        switch step {
        case .kill: options.commands.kill
        case .pause: options.commands.pause
        case .resume: options.commands.resume
        case .start: nil
        }
    }

    private func spawn(_ command: String, node: Int) throws -> pid_t {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        return try NodeProcess.spawn(
            ShellCommands.shell, ["-c", ShellCommands.fill(command, node: node)], input: null, output: null,
            log: cluster.log(of: node))
    }

    /// Leaves no command behind when the run is over, however it ended, and no node that stands still.
    func endSteps() {
        steps.abandon()
        guard options.nemesis.contains(.pause), let command = options.commands.resume else { return }
        for node in 0..<options.nodeCount where failure != nil || paused.contains(node) {
            guard let pid = try? spawn(command, node: node) else { continue }
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        }
    }
}
