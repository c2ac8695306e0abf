/// A fixed number of workers with one open request each. A worker whose request ends unknown continues as a new process
/// with a new client, as in Jepsen.
struct Clients {
    struct Worker {
        /// Its process in the history.
        var process: Int
        /// Its client number; nodes see `c` and this number.
        var client: Int
        /// The node that it asks, unless told otherwise.
        var node: Int
        /// The node that its last request went to.
        var asked: Int
        /// The `msg_id` of its last request.
        var messageID = 0
        var request: Request?
        /// When the request was sent, in nanoseconds.
        var since: UInt64 = 0
    }

    struct Completion {
        var worker: Int
        var process: Int
        var client = 0
        var messageID = 0
        /// The node that was asked.
        var node = 0
        var request: Request
        var outcome: Outcome
        /// The latency, in nanoseconds.
        var latency: UInt64
    }

    private(set) var workers: [Worker]
    private let nodes: Int
    private let timeout: UInt64
    /// The worker of each client number, present or past.
    private var owner: [Int]
    /// The last `msg_id` of each client number.
    private var lastID: [Int]
    /// Requests in the order of sending, which is that of their deadlines, including answered ones.
    private var pending: [(worker: Int, client: Int, messageID: Int, deadline: UInt64)] = []
    private var firstPending = 0
    /// The requests of each client number that timed out, by `msg_id`.
    private var timedOut: [Int: Set<Int>] = [:]
    private(set) var waiting = 0

    /// - Parameters:
    ///   - firstClient: the first client number; lower numbers are the bench's own clients.
    ///   - timeout: how long a client waits, in nanoseconds.
    init(count: Int, nodes: Int, firstClient: Int, timeout: UInt64) {
        self.nodes = nodes
        self.timeout = timeout
        owner = Array(repeating: -1, count: firstClient)
        lastID = Array(repeating: 0, count: firstClient + count)
        workers = []
        for index in 0..<count {
            let node = index % nodes
            workers.append(Worker(process: index, client: firstClient + index, node: node, asked: node))
            owner.append(index)
        }
    }

    /// When the oldest request times out, in nanoseconds. Answered requests are skipped then.
    var nextDeadline: UInt64? { firstPending < pending.count ? pending[firstPending].deadline : nil }

    /// Whether there is or was such a client.
    func exists(_ client: Int) -> Bool { owner.indices.contains(client) }

    /// What a reply is that completes no request.
    func remark(on reply: Reply, to client: Int, from node: Int) -> Remarks.Kind {
        guard let reference = reply.inReplyTo, reference > 0, reference <= lastID[client] else {
            return .wrongReference(node: node)
        }
        return timedOut[client]?.contains(reference) == true
            ? .lateAnswer(node: node) : .repeatedAnswer(node: node)
    }

    /// Records a request of a worker.
    /// - Parameter node: nil for the worker's own.
    mutating func ask(_ request: Request, worker: Int, of node: Int? = nil, at now: UInt64) {
        precondition(workers[worker].request == nil, "a client has one request out at a time")
        workers[worker].messageID += 1
        workers[worker].request = request
        workers[worker].asked = node ?? workers[worker].node
        workers[worker].since = now
        waiting += 1
        let asking = workers[worker]
        lastID[asking.client] = asking.messageID
        pending.append((worker, asking.client, asking.messageID, now + timeout))
    }

    /// - Returns: nil for a late or repeated answer, which is normal.
    mutating func answer(_ reply: Reply, to client: Int, at now: UInt64) -> Completion? {
        guard owner.indices.contains(client), owner[client] >= 0 else { return nil }
        let index = owner[client]
        let worker = workers[index]
        guard worker.client == client, let request = worker.request, reply.inReplyTo == worker.messageID
        else { return nil }
        return complete(request, of: index, Outcome(reply, to: request), at: now)
    }

    /// The next request that has timed out, if any.
    mutating func timeOut(at now: UInt64) -> Completion? {
        while firstPending < pending.count {
            let first = pending[firstPending]
            let worker = workers[first.worker]
            let isOpen =
                worker.request != nil && worker.client == first.client && worker.messageID == first.messageID
            if isOpen, first.deadline > now { return nil }
            firstPending += 1
            if firstPending > 1024, firstPending * 2 > pending.count {
                pending.removeFirst(firstPending)
                firstPending = 0
            }
            guard isOpen, let request = worker.request else { continue }
            timedOut[worker.client, default: []].insert(worker.messageID)
            return complete(request, of: first.worker, .unanswered(request.kind, .timeout), at: now)
        }
        return nil
    }

    private mutating func complete(
        _ request: Request, of index: Int, _ outcome: Outcome, at now: UInt64
    ) -> Completion {
        let worker = workers[index]
        workers[index].request = nil
        waiting -= 1
        if case .unknown = outcome { replace(index) }
        return Completion(
            worker: index, process: worker.process, client: worker.client, messageID: worker.messageID,
            node: worker.asked, request: request, outcome: outcome, latency: now - min(now, worker.since))
    }

    private mutating func replace(_ index: Int) {
        workers[index].process += workers.count
        workers[index].node = workers[index].process % nodes
        workers[index].client = owner.count
        workers[index].messageID = 0
        owner.append(index)
        lastID.append(0)
    }
}
