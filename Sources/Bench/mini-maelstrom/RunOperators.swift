/// Requests of operators during a run.
extension Run {
    /// Starts a search. The operator's request follows once nodes have answered.
    func send(_ errand: Operators.Errand, at now: UInt64) {
        concludeErrand(at: now)
        operators.errand = (errand, search(at: now))
    }

    /// Sends the waiting request once the search is done.
    func turnOperators(at now: UInt64) {
        if operators.errand?.search.isOver(at: now) == true { concludeErrand(at: now) }
        for request in operators.givenUp(at: now) { note(request, .unknown("no answer"), at: now) }
    }

    /// Handles a node's reply to an operator's request.
    func hearOperator(_ reply: Reply, from node: Int, at now: UInt64) {
        operators.errand?.search.hear(reply, from: node)
        if let request = operators.answered(reply.inReplyTo) {
            note(request, Operators.Outcome(reply), at: now)
        }
    }

    /// Records the requests that are unanswered at the end of a run.
    func endOperators(at now: UInt64) {
        operators.errand = nil
        for request in operators.givenUp(at: .max) { note(request, .unknown("no answer"), at: now) }
    }

    private func concludeErrand(at now: UInt64) {
        guard let pending = operators.errand else { return }
        operators.errand = nil
        if let members = pending.search.members { operators.members = members }
        switch pending.errand {
        case .change(let plan):
            let target = plan.target(from: operators.members)
            ask(
                .membership, among: plan.order,
                words: options.names.list(target),
                body:
                    #""type":"change_membership","members":[\#(options.names.quoted(target, separator: ","))]"#,
                at: now)
        case .transfer(let order):
            let voters = order.filter(operators.members.contains)
            guard let target = voters.first(where: { $0 != pending.search.leader }) else { return }
            ask(
                .transfer, among: order, words: options.names[target],
                body: #""type":"transfer_leadership","target":"\#(options.names[target])""#, at: now)
        }
    }

    private func ask(_ fault: Nemesis.Fault, among order: [Int], words: String, body: String, at now: UInt64)
    {
        guard let node = order.last(where: { initialized.contains($0) && !paused.contains($0) }) else {
            return
        }
        lastQuestion += 1
        tell(node, body, messageID: lastQuestion)
        let span = faultTimes.begin(fault, "ask \(words)", at: now - start)
        let request = Operators.Request(
            fault: fault, node: node, words: words, deadline: now + Operators.patience, span: span)
        operators.ask(request, messageID: lastQuestion)
        note(":\(fault.rawValue)\t:ask \(words)", at: now)
    }

    private func note(_ request: Operators.Request, _ outcome: Operators.Outcome, at now: UInt64) {
        let (ending, how): (Ending, String) =
            switch outcome {
            case .ok: (.ok, "ok \(request.words)")
            case .refused(let why): (.fail, "refused \(request.words) \(why)")
            case .unknown(let why): (.info, "unknown \(request.words) \(why)")
            }
        let words = HistoryText.oneLine(how)
        statistics.add(ending, of: request.fault)
        note(":\(request.fault.rawValue)\t:\(words)", at: now)
        faultTimes.end(request.span, words, at: now - start)
    }
}
