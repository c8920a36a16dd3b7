package vintk.score;

/** What a number says about the true value: the value itself, or only one side of it. */
public enum Bound implements Named {
    /** The value is known. */
    EXACT("exact", ""),
    /** The true value is this or more. */
    AT_LEAST("at-least", "≥"),
    /** The true value is this or less. */
    AT_MOST("at-most", "≤");

    private final String id;
    private final String symbol;

    Bound(String id, String symbol) {
        this.id = id;
        this.symbol = symbol;
    }

    @Override
    public String id() {
        return id;
    }

    /** ≥, ≤ or nothing, to stand before the number. */
    public String symbol() {
        return symbol;
    }
}
