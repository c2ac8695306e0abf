import Foundation

/// One run on real processes, driven by turns of one loop.
final class Run {
    /// The most bytes that wait for a node to read them.
    static let mostBacklog = 1 << 28

    let options: Options
    let store: Store
    let cluster = Cluster()
    var reader: MessageReader
    var services: Services
    var network: Network
    var nemesis: Nemesis
    private(set) var workload: Workload
    /// Instead of `workload`, where the workload is one of transactions.
    private(set) var transactions: TransactionWorkload?
    var pace: Pace
    var clients: Clients
    var recorder: Recorder
    var statistics = Statistics()
    var remarks = Remarks()
    private(set) var silences: Silences
    var journal = Journal()
    var faultTimes = FaultTimes()
    private(set) var failure: Failure?
    /// How many of the reads at the end were left out.
    var readsLeftOut = 0
    /// Whether requests are those at the end, which do not count in the figures.
    var isReadingAll = false
    /// How long clients sent requests, in seconds.
    private(set) var duration = 0.0
    private(set) var start: UInt64 = 0
    /// Whether all nodes answered `init`, so that clients began.
    var hasBegun: Bool { start > 0 }
    /// The last message id.
    var messages = 0
    private var progress = Progress()
    /// The nodes that run and have answered `init`.
    var initialized: Set<Int> = []
    /// The deadlines for outstanding answers to `init`, in nanoseconds.
    var initDeadlines: [Int: UInt64] = [:]
    /// What those have printed.
    var firstWords: [Int: FirstWords] = [:]
    var paused: Set<Int> = []
    /// A fault that waits for the search of the leader.
    var strike: (fault: Nemesis.Fault, order: [Int], search: LeaderSearch)?
    var operators: Operators
    /// The steps of faults under way at nodes.
    var steps: NodeSteps
    private var logLimit: LogLimit
    private var nextLook: UInt64 = 0
    private var tail: LogTail?
    private var nextTail: UInt64 = .max
    /// The last `msg_id` of the bench's own requests; `init` is the first.
    var lastQuestion = 1

    /// The start of the run, in milliseconds since midnight UTC.
    var startOfDay: Double {
        let age = start > 0 ? Double(monotonicNow() - start) / 1e6 : 0
        return (Date().timeIntervalSince1970 * 1000 - age).truncatingRemainder(dividingBy: 86_400_000)
    }

    var firstClient: Int { options.nodeCount + 1 }

    init(_ options: Options, seed: UInt64, store: Store) {
        self.options = options
        self.store = store
        let nodes = options.nodeCount
        reader = MessageReader(nodes: options.names.numbers)
        services = Services(random: SeededRandom(seed: seed, purpose: "services"))
        network = Network(
            nodes: nodes, latency: options.latency, random: SeededRandom(seed: seed, purpose: "network"))
        logLimit = LogLimit(paths: (0..<nodes).map { store.log(of: options.names[$0]) })
        silences = Silences(nodes: nodes)
        operators = Operators(nodes: nodes)
        steps = NodeSteps(nodes: nodes)
        if options.logsStderr {
            tail = LogTail(paths: (0..<nodes).map { store.log(of: options.names[$0]) })
            nextTail = 0
        }
        nemesis = Nemesis(
            faults: options.nemesis, nodes: nodes, interval: options.nemesisInterval,
            partitions: options.partitions,
            random: SeededRandom(seed: seed, purpose: "nemesis"))
        workload = Workload(
            nodes: options.livingCount, workers: options.clients, shape: options.shape,
            random: SeededRandom(seed: seed, purpose: "workload"))
        if options.workload.isTransactional {
            transactions = TransactionWorkload(
                appends: options.workload == .listAppend, workers: options.clients,
                limits: options.transactionLimits, random: SeededRandom(seed: seed, purpose: "workload"))
        }
        pace = Pace(
            workers: options.clients, rate: options.rate, random: SeededRandom(seed: seed, purpose: "pace"))
        clients = Clients(
            count: options.clients, nodes: options.livingCount, firstClient: nodes + 1,
            timeout: options.timeout)
        recorder = Recorder(isOn: options.checks)
    }

    /// Runs to the end. `failure` says why it ended early.
    func execute() {
        defer {
            endSteps()
            stopNodes()
            sayLogs()
        }
        do {
            for index in 0..<options.nodeCount { try cluster.start(launch(index)) }
            try initialize()
            try ask()
        } catch {
            failure = error
        }
        if start > 0, duration == 0 { duration = Double(monotonicNow() - start) / 1e9 }
    }

    /// The program and arguments of a node.
    func launch(_ node: Int) -> NodeProcess.Launch {
        var program = URL(fileURLWithPath: options.bin ?? "").standardizedFileURL.path
        var arguments = options.nodeArguments.map {
            $0.replacingOccurrences(of: Options.freshDirectory, with: store.path("data"))
        }
        if let command = options.commands.start {
            let filled = ShellCommands.fill(command, node: node, named: options.names[node])
            program = ShellCommands.shell
            arguments =
                ["-c", arguments.isEmpty ? filled : "\(filled) \"$@\"", options.names[node]] + arguments
        }
        return NodeProcess.Launch(
            program: program, arguments: arguments, log: store.log(of: options.names[node]))
    }

    /// Sends `init` to every node, and waits for all answers.
    private func initialize() throws(Failure) {
        let now = monotonicNow()
        for node in 0..<options.nodeCount { sendInit(to: node, at: now) }
        while initialized.count < options.nodeCount { try turn(until: initDeadlines.values.min()) }
    }

    /// Runs clients until the time limit, ends all faults, runs clients a little longer so that the effects of the
    /// faults show, and waits for the last answers.
    private func ask() throws(Failure) {
        start = monotonicNow()
        for node in options.livingCount..<options.nodeCount { try kill(node, at: start) }
        try ask(until: start + UInt64(options.timeLimit * 1e9), breaking: true)
        if !options.nemesis.isEmpty {
            try mendAll(at: monotonicNow())
            while initialized.count < options.nodeCount {
                try ask(until: monotonicNow() + 100_000_000, breaking: false)
            }
            try ask(until: monotonicNow() + UInt64(options.aftermath * 1e9), breaking: false)
        }
        endOperators(at: monotonicNow())
        duration = Double(monotonicNow() - start) / 1e9
        try awaitAnswers()
        try readAll()
    }

    func awaitAnswers() throws(Failure) {
        while clients.waiting > 0 { try turn(until: nextAnswer) }
    }

    /// When the next request times out or the next message arrives.
    var nextAnswer: UInt64? { [clients.nextDeadline, network.nextArrival].compactMap(\.self).min() }

    private func ask(until end: UInt64, breaking: Bool) throws(Failure) {
        var now = monotonicNow()
        while now < end {
            if breaking { try act(at: now) }
            turnOperators(at: now)
            invoke(at: now)
            progress.report(statistics, trouble: trouble, at: now - start)
            if now >= nextTail { sayLogs() }
            try turn(until: nextDeadline(before: end, breaking: breaking))
            now = monotonicNow()
        }
    }

    private func nextDeadline(before end: UInt64, breaking: Bool) -> UInt64 {
        let ownTimes = [pace.next, breaking ? nemesis.next : nil, progress.next]
            .compactMap { $0.map { $0 + start } }
        let times = [
            clients.nextDeadline, network.nextArrival, strike?.search.deadline, operators.deadline,
        ].compactMap(\.self)
        return (times + ownTimes).reduce(min(end, nextTail), min)
    }

    /// Waits for events or the deadline, and handles all of them.
    func turn(until deadline: UInt64?) throws(Failure) {
        for wake in cluster.wait(until: min(deadline ?? .max, max(nextLook, 1))) {
            switch wake {
            case .output(let node): try receive(node)
            case .interrupted(let signal): throw .interrupted(signal)
            case .child: try turnSteps(at: monotonicNow())
            case .readable: break
            case .ended(let node, let status):
                while try receive(node) {}
                if steps.isDying(node) { break }
                throw .ended(node: node, how: NodeProcess.describe(status: status))
            }
        }
        let now = monotonicNow()
        if now >= nextLook {
            for node in logLimit.apply() { remarks.note(.longLog(node: node), example: []) }
            nextLook = now + LogLimit.interval
        }
        while let arrival = network.next(at: now) {
            switch arrival {
            case .delivered(let message): deliver(message, at: now)
            case .dropped(let message):
                journal.arrive(message.number, dropped: true, at: now)
                statistics.dropped += 1
            }
        }
        try checkInits(at: now)
        try checkSteps(at: now)
        while let completion = clients.timeOut(at: now) { complete(completion, at: now) }
    }

    @discardableResult
    private func receive(_ node: Int) throws(Failure) -> Bool {
        var problem: Failure?
        let found = cluster.receive(node) { lines in
            let now = monotonicNow()
            var rest = lines
            while problem == nil, let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
                do throws(Failure) {
                    try take(rest[..<newline], from: node, at: now)
                } catch {
                    problem = error
                }
                rest = rest[(newline + 1)...]
            }
        }
        if let problem { throw problem }
        try checkLength(node)
        return found
    }

    func sayNet(_ what: String, _ line: some Sequence<UInt8>, at now: UInt64) {
        let time = Text.decimal(Double(now - min(now, start)) / 1e9, 6)
        Console.say("\(time) :\(what) \(String(decoding: Array(line), as: UTF8.self))")
    }

    private func sayLogs() {
        guard let lines = tail?.lines() else { return }
        for (node, line) in lines { Console.say("\(options.names[node]): \(line)") }
        nextTail = monotonicNow() + LogTail.interval
    }

    private func invoke(at now: UInt64) {
        while let index = pace.take(at: now - start) {
            let process = clients.workers[index].process
            let request =
                transactions?.next(worker: index) ?? workload.next(worker: index, process: process)
            ask(request, worker: index, at: now)
        }
    }

    /// Sends a request of a worker.
    /// - Parameter node: nil for the worker's own.
    func ask(_ request: Request, worker index: Int, of node: Int? = nil, at now: UInt64) {
        clients.ask(request, worker: index, of: node, at: now)
        let worker = clients.workers[index]
        let node = worker.asked
        recorder.invoke(request, process: worker.process, node: node, at: now - start)
        guard initialized.contains(node), hasRoom(node) else {
            statistics.droppedByKills += 1
            return
        }
        messages += 1
        let length = cluster.nodes[node].outgoing.count
        MessageWriter.append(
            request, padding: options.shape.padding, id: messages, client: worker.client,
            node: options.names[node], messageID: worker.messageID, to: &cluster.nodes[node].outgoing)
        journal.deliver(
            from: .client(worker.client), to: .node(node), kind: request.kind.name,
            reference: worker.messageID,
            text: cluster.nodes[node].outgoing[length...].dropLast(), at: now)
    }

    func complete(_ completion: Clients.Completion, at now: UInt64) {
        if !isReadingAll { statistics.add(completion, at: now - start) }
        silences.add(completion, at: now - start)
        recorder.complete(completion, at: now - start)
        pace.release(completion.worker)
    }
}
