/// The sendings of one request, each to one member in one of its lives.
struct Copies {
    private struct Copy {
        let member: Int
        let life: Int
        var isAnswered = false
    }

    private var sent: [Copy] = []
    /// How many were answered "it will not happen".
    private var denials = 0

    var willNotHappen: Bool { denials == sent.count && denials > 0 }

    mutating func send(to member: Int, life: Int) {
        sent.append(Copy(member: member, life: life))
    }

    /// - Returns: false where the member, in that life, owes no answer.
    mutating func answered(by member: Int, life: Int) -> Bool {
        let slot = sent.firstIndex { $0.member == member && $0.life == life && !$0.isAnswered }
        guard let slot else { return false }
        sent[slot].isAnswered = true
        return true
    }

    /// What has just been answered will not happen.
    mutating func denied() {
        denials += 1
    }

    /// The first member that still owes an answer, of those that are in the life in which they were asked.
    func owing(_ lives: [Int]) -> Int? {
        sent.first { !$0.isAnswered && lives[$0.member] == $0.life }?.member
    }
}

extension Sequence<Copies> {
    /// Who owes the first answer that is owed, in words.
    /// - Parameters:
    ///   - lives: which life each member is in.
    ///   - asker: who made the requests.
    func firstOwed(_ lives: [Int], by asker: String) -> String? {
        for (number, copies) in enumerated() {
            if let member = copies.owing(lives) {
                return "n\(member) never answered request \(number) of \(asker)"
            }
        }
        return nil
    }
}
