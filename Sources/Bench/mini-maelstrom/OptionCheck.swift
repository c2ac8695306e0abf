import Foundation
import Serializability

extension Options {
    /// - Throws: `UsageError` if options contradict each other or name missing files.
    func check() throws {
        guard deadCount < nodeCount else {
            throw UsageError(
                "--dead", "\(deadCount)", expected: "fewer than --node-count, which is \(nodeCount)")
        }
        try checkWorkload()
        guard deadCount == 0 || nemesis.isEmpty else {
            throw UsageError("--dead: cannot be combined with --nemesis, which restarts all nodes at the end")
        }
        try commands.check(nemesis)
        guard commands.start == nil else { return }
        if nemesis.contains(.kill), nodeArguments.isEmpty {
            throw UsageError(
                "--nemesis kill: a restarted Raft node needs its data: end with -- --data-dir "
                    + "\(Options.freshDirectory), or with arguments that make your node keep its state")
        }
        guard let bin else {
            throw UsageError("--bin: expected a program that runs a node (or --node-command, a command)")
        }
        if let why = NodeProgram(path: bin).problem { throw UsageError("--bin \(bin): \(why)") }
    }

    private func checkWorkload() throws {
        let known = workload.isTransactional ? ConsistencyModel.allCases.map(\.rawValue) : ["linearizable"]
        for model in models where !known.contains(model) {
            throw UsageError(
                "--consistency-models", model,
                expected: "for \(workload.rawValue): \(known.joined(separator: ", "))")
        }
        guard shape.padding == nil || !workload.isTransactional else {
            throw UsageError("--padding: only lin-kv writes strings")
        }
        guard shape.padding == nil || !checks else {
            throw UsageError("--padding: lin-kv is checked with numbers only; expected --no-check as well")
        }
        let group = 2 * livingCount
        if case .any = concurrency { return }
        guard workload.isTransactional || clients % group == 0 else {
            throw UsageError(
                "--concurrency \(clients): each key of lin-kv is for 2n clients, so expected a multiple of \(group) "
                    + "for \(livingCount) node\(livingCount == 1 ? "" : "s"), such as 2n; --clients takes any number"
            )
        }
    }
}
