import Foundation

/// One run on real processes: everything that moves does so in turns of this loop.
final class Run {
    private let options: Options
    private let store: Store
    private let cluster = Cluster()
    private var reader: MessageReader
    private var network: Network
    private var nemesis: Nemesis
    private var workload: Workload
    private var pace: Pace
    private var clients: Clients
    private(set) var recorder: Recorder
    private(set) var statistics = Statistics()
    private(set) var failure: Failure?
    /// How long clients asked, in seconds.
    private(set) var duration = 0.0
    private var start: UInt64 = 0
    private var messages = 0
    private var progress: Progress
    private var initialized: Set<Int> = []
    private var isCut = false

    private var firstClient: Int { options.nodeCount + 1 }

    init(_ options: Options, seed: UInt64, store: Store) {
        self.options = options
        self.store = store
        let nodes = options.nodeCount
        reader = MessageReader(nodes: nodes)
        network = Network(
            nodes: nodes, latency: options.latency, random: SeededRandom(seed: seed, purpose: "network"))
        nemesis = Nemesis(
            faults: options.nemesis, nodes: nodes, interval: options.nemesisInterval,
            random: SeededRandom(seed: seed, purpose: "nemesis"))
        workload = Workload(
            nodes: nodes, workers: options.clients, shape: options.shape,
            random: SeededRandom(seed: seed, purpose: "workload"))
        pace = Pace(
            workers: options.clients, rate: options.rate, random: SeededRandom(seed: seed, purpose: "pace"))
        clients = Clients(
            count: options.clients, nodes: nodes, firstClient: nodes + 1, timeout: options.timeout)
        recorder = Recorder(isOn: options.checks)
        progress = Progress(isTerminal: Console.isTerminal)
    }

    /// Runs to the end; what went wrong is in `failure`.
    func execute(program: String) {
        defer { cluster.stop() }
        do {
            for index in 0..<options.nodeCount {
                try cluster.start(
                    program: program, arguments: options.nodeArguments, log: store.path("n\(index).log"))
            }
            try initialize()
            try ask()
        } catch let error as Failure {
            failure = error
        } catch {
            failure = .notStarted(node: cluster.nodes.count, why: "\(error)")
        }
        if start > 0, duration == 0 { duration = Double(monotonicNow() - start) / 1e9 }
    }

    /// Processor time and the largest memory of the nodes, once they have ended.
    var usage: (seconds: Double, largestMegabytes: Double) {
        var seconds = 0.0
        var largest = 0.0
        for node in cluster.nodes {
            for time in [node.usage.ru_utime, node.usage.ru_stime] {
                seconds += Double(time.tv_sec) + Double(time.tv_usec) / 1e6
            }
            largest = max(largest, Double(node.peakKilobytes) / 1024)
        }
        return (seconds, largest)
    }

    /// Tells every node who it is, and waits until all have answered.
    private func initialize() throws {
        for node in 0..<options.nodeCount {
            messages += 1
            MessageWriter.appendInit(
                id: messages, client: node + 1, node: node, nodes: options.nodeCount,
                to: &cluster.nodes[node].outgoing)
        }
        let deadline = monotonicNow() + 10_000_000_000
        while initialized.count < options.nodeCount {
            try turn(until: deadline)
            if monotonicNow() >= deadline,
                let silent = (0..<options.nodeCount).first(where: { !initialized.contains($0) })
            {
                throw Failure.notStarted(node: silent, why: "no answer in 10 s")
            }
        }
    }

    /// Lets clients ask for the time limit, and then waits for the last answers.
    private func ask() throws {
        start = monotonicNow()
        let end = start + UInt64(options.timeLimit * 1e9)
        var now = start
        while now < end {
            act(at: now)
            invoke(at: now)
            report(at: now)
            try turn(until: nextDeadline(before: end))
            now = monotonicNow()
        }
        duration = Double(now - start) / 1e9
        while clients.waiting > 0 {
            try turn(until: [clients.nextDeadline, network.nextArrival].compactMap(\.self).min())
        }
    }

    private func nextDeadline(before end: UInt64) -> UInt64 {
        let ownTimes = [pace.next, nemesis.next, progress.next].compactMap { $0.map { $0 + start } }
        return ([end, clients.nextDeadline, network.nextArrival].compactMap(\.self) + ownTimes).min() ?? end
    }

    /// Waits for something to happen, and takes in all that did.
    private func turn(until deadline: UInt64?) throws {
        for wake in cluster.wait(until: deadline) {
            switch wake {
            case .output(let node): try receive(node)
            case .interrupted: throw Failure.interrupted
            case .ended(let node, let status):
                while try receive(node) {}
                throw Failure.ended(node: node, how: NodeProcess.describe(status: status))
            }
        }
        let now = monotonicNow()
        while let arrival = network.next(at: now) {
            switch arrival {
            case .delivered(let message): cluster.nodes[message.destination].outgoing += message.line
            case .dropped: statistics.dropped += 1
            }
        }
        while let completion = clients.timeOut(at: now) { complete(completion, at: now) }
    }

    @discardableResult
    private func receive(_ node: Int) throws -> Bool {
        var problem: (any Error)?
        let found = cluster.receive(node) { lines in
            let now = monotonicNow()
            var rest = lines
            while problem == nil, let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
                do {
                    try take(rest[..<newline], from: node, at: now)
                } catch {
                    problem = error
                }
                rest = rest[(newline + 1)...]
            }
        }
        if let problem { throw problem }
        return found
    }

    private func take(_ line: UnsafeRawBufferPointer.SubSequence, from node: Int, at now: UInt64) throws {
        switch try reader.read(line, from: node) {
        case .toNode(let destination, let hasID):
            statistics.serverMessages += 1
            messages += 1
            send(line, hasID: hasID, from: node, to: destination, at: now)
        case .toClient(let client, let reply):
            if client < firstClient {
                try initialize(client, reply)
            } else if !clients.exists(client) {
                throw Failure.badLine(
                    node: node, line: String(decoding: line, as: UTF8.self), why: "no client c\(client)")
            } else if let completion = clients.answer(reply, to: client, at: now) {
                complete(completion, at: now)
            }
        }
    }

    private func send(
        _ line: UnsafeRawBufferPointer.SubSequence, hasID: Bool, from node: Int, to destination: Int,
        at now: UInt64
    ) {
        var wire: [UInt8] = []
        wire.reserveCapacity(line.count + 24)
        if hasID {
            wire.append(contentsOf: line)
            wire.append("\n")
        } else {
            MessageWriter.append(line, id: messages, to: &wire)
        }
        network.send(Network.Message(source: node, destination: destination, line: wire), at: now)
    }

    /// Clients with low numbers wait for `init_ok`.
    private func initialize(_ client: Int, _ reply: Reply) throws {
        let node = client - 1
        guard reply.inReplyTo == 1, !initialized.contains(node), (0..<options.nodeCount).contains(node) else {
            return
        }
        guard reply.type == "init_ok", reply.unexpected.isEmpty else {
            let extra = reply.unexpected.isEmpty ? "" : " with a field \(reply.unexpected[0])"
            throw Failure.notStarted(node: node, why: "it answered \(reply.type)\(extra)")
        }
        initialized.insert(node)
    }

    private func invoke(at now: UInt64) {
        while let index = pace.take(at: now - start) {
            let request = workload.next(worker: index)
            clients.ask(request, worker: index, at: now)
            let worker = clients.workers[index]
            messages += 1
            MessageWriter.append(
                request, id: messages, client: worker.client, node: worker.node,
                messageID: worker.messageID, to: &cluster.nodes[worker.node].outgoing)
            recorder.invoke(request, process: worker.process, at: now - start)
        }
    }

    private func complete(_ completion: Clients.Completion, at now: UInt64) {
        statistics.add(completion)
        recorder.complete(completion, at: now - start)
        pace.release(completion.worker)
    }

    private func act(at now: UInt64) {
        while let act = nemesis.act(at: now - start) {
            switch act {
            case .startPartition(let partition, let cuts):
                network.cut(cuts)
                isCut = !cuts.isEmpty
                recorder.note(":start-partition\t:\(partition.rawValue) \(cuts.description)", at: now - start)
            case .stopPartition:
                network.heal()
                isCut = false
                recorder.note(":stop-partition\t:network-healed", at: now - start)
            }
        }
    }

    private func report(at now: UInt64) {
        progress.report(statistics, isCut: isCut, at: now - start)
    }
}
