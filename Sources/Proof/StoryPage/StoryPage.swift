import Page

/// A story as one HTML page that plays it, and needs nothing else.
package struct StoryPage: Codable, Sendable {
    package struct Step: Codable, Sendable {
        package var sentence: String
        /// Whose step it is; nil where it is nobody's.
        package var actor: Int?
        /// As they are after the step.
        package var members: [MemberView]
        /// The property that the step broke, and how.
        package var broken: String?
        /// When it was, where the story has a clock.
        package var time: String?

        package init(
            sentence: String, actor: Int? = nil, members: [MemberView], broken: String? = nil,
            time: String? = nil
        ) {
            self.sentence = sentence
            self.actor = actor
            self.members = members
            self.broken = broken
            self.time = time
        }
    }

    package struct Message: Codable, Sendable {
        package var from: Int
        package var to: Int
        package var label: String
        /// The number of the step in which it left; -1 where that was before the first.
        package var left: Int
        /// The numbers of the steps in which it arrived; none where it is lost, and one beyond the last where it is on
        /// its way at the end.
        package var arrives: [Int]

        package init(from: Int, to: Int, label: String, left: Int, arrives: [Int] = []) {
            self.from = from
            self.to = to
            self.label = label
            self.left = left
            self.arrives = arrives
        }
    }

    package var title: String
    package var about: String
    package var steps: [Step]
    package var messages: [Message]

    package init(title: String, about: String, steps: [Step], messages: [Message]) {
        self.title = title
        self.about = about
        self.steps = steps
        self.messages = messages
    }

    /// - Parameter json: this value, encoded.
    package func html(_ json: [UInt8]) -> [UInt8] {
        Page.html(
            PackageResources.page_html,
            [
                "TITLE": Page.escaped(title),
                "STYLE": Page.text(Page.membersStyle, PackageResources.page_css),
                "DATA": Page.inScript(String(decoding: json, as: UTF8.self)),
                "SCRIPT": Page.text(Page.elementsScript, PackageResources.page_js),
            ])
    }
}
