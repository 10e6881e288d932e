//! What is measured.

/// A library, and how it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// p2panda at the friendliest that an application can do: an index that its schema lacks, 1,000 operations in one
    /// transaction, and the end of each log remembered in memory.
    LogsBatched,
    /// p2panda with that index, each operation kept by its own `ingest_operation`, which commits each.
    LogsIngest,
    /// p2panda as it comes: `ingest_operation`, and no index by author and number, so each operation scans the table.
    LogsShipped,
    /// iroh-docs with each line as the key of an entry, so that the text arrives with it.
    DocsText,
    /// iroh-docs with a number as the key: the hash of each line arrives, its text would have to be fetched.
    DocsHash,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::LogsBatched, Self::LogsIngest, Self::LogsShipped, Self::DocsText, Self::DocsHash];

    /// Panics for a word that names no way.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|way| way.word() == word).unwrap_or_else(|| panic!("no such way: {word}"))
    }

    /// Its name on the command line and in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::LogsBatched => "p2panda-batched",
            Self::LogsIngest => "p2panda-ingest",
            Self::LogsShipped => "p2panda-shipped",
            Self::DocsText => "iroh-docs-text",
            Self::DocsHash => "iroh-docs-hash",
        }
    }

    /// Whether it is iroh-docs.
    pub fn is_docs(self) -> bool {
        matches!(self, Self::DocsText | Self::DocsHash)
    }
}
