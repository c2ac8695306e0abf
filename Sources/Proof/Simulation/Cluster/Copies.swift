/// The copies of one request, each sent to one member in one of its lives.
struct Copies {
    private struct Copy {
        let member: Int
        let life: Int
        var isAnswered = false
    }

    private var sent: [Copy] = []
    /// The number of copies answered with 11.
    private var denials = 0

    var willNotHappen: Bool { denials == sent.count && denials > 0 }

    mutating func send(to member: Int, life: Int) {
        sent.append(Copy(member: member, life: life))
    }

    /// - Returns: false if the member, in that life, owes no answer.
    mutating func answered(by member: Int, life: Int) -> Bool {
        let slot = sent.firstIndex { $0.member == member && $0.life == life && !$0.isAnswered }
        guard let slot else { return false }
        sent[slot].isAnswered = true
        return true
    }

    /// The copy answered last was answered with 11.
    mutating func denied() {
        denials += 1
    }

    /// The first member that owes an answer and is still in the life in which it was asked.
    func owing(_ lives: [Int]) -> Int? {
        sent.first { !$0.isAnswered && lives[$0.member] == $0.life }?.member
    }
}

extension Sequence<Copies> {
    /// The first unanswered request and the member that owes the answer, in words.
    /// - Parameters:
    ///   - lives: the current life of each member.
    ///   - asker: who made the requests, in words.
    func firstOwed(_ lives: [Int], by asker: String) -> String? {
        for (number, copies) in enumerated() {
            if let member = copies.owing(lives) {
                return "n\(member) never answered request \(number) of \(asker)"
            }
        }
        return nil
    }
}
