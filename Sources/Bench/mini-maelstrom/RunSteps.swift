import Platform

/// Applies the steps of faults to nodes, directly or by commands.
extension Run {
    /// Queues a step for a node.
    func add(_ step: NodeSteps.Step, to node: Int, at now: UInt64) throws(Failure) {
        if steps.add(step, to: node) { try begin(node, at: now) }
    }

    /// Continues with the next steps of nodes whose commands have ended.
    /// - Throws: `Failure.command` if a command failed.
    func turnSteps(at now: UInt64) throws(Failure) {
        for (node, status) in steps.reap() {
            guard let step = steps.current(node) else { continue }
            guard status == 0 else {
                throw .command(
                    node: node, option: step.option, how: NodeProcess.describe(status: status))
            }
            // Closes the node's pipe on this side.
            if step == .kill { cluster.nodes[node].kill() }
            try end(node, at: now)
        }
    }

    /// - Throws: `Failure.command` if a command takes too long.
    func checkSteps(at now: UInt64) throws(Failure) {
        guard let node = steps.late(at: now), let step = steps.current(node) else { return }
        throw .command(node: node, option: step.option, how: "has not ended in 60 s")
    }

    private func begin(_ node: Int, at now: UInt64) throws(Failure) {
        guard let step = steps.current(node) else { return }
        if let command = command(step) {
            steps.begin(try spawn(command, node: node), of: node, at: now)
            return
        }
        let process = cluster.nodes[node]
        switch step {
        case .kill:
            process.kill()
            if !process.wasKilled, let status = process.status {
                throw .ended(node: node, how: NodeProcess.describe(status: status))
            }
        case .pause: process.pause()
        case .resume: process.resume()
        case .start:
            try cluster.restart(node, launch(node))
            sendInit(to: node, at: now)
        }
        try end(node, at: now)
    }

    private func end(_ node: Int, at now: UInt64) throws(Failure) {
        steps.end(node)
        try begin(node, at: now)
    }

    /// The command for a step; nil if the bench does it itself.
    private func command(_ step: NodeSteps.Step) -> String? {
        switch step {
        case .kill: options.commands.kill
        case .pause: options.commands.pause
        case .resume: options.commands.resume
        case .start: nil
        }
    }

    private func spawn(_ command: String, node: Int) throws(Failure) -> pid_t {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        let launch = NodeProcess.Launch(
            program: ShellCommands.shell,
            arguments: ["-c", ShellCommands.fill(command, node: node, named: options.names[node])],
            log: store.log(of: options.names[node]))
        return try NodeProcess.spawn(launch, for: node, input: null, output: null)
    }

    /// Ends all commands, and resumes paused nodes, however the run ended.
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
