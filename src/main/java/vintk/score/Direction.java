package vintk.score;

/** Which end of a statistic marks the better model. */
public enum Direction implements Named {
    LOWER("lower", -1),
    HIGHER("higher", 1);

    private final String id;
    private final int sign;

    Direction(String id, int sign) {
        this.id = id;
        this.sign = sign;
    }

    @Override
    public String id() {
        return id;
    }

    /** The score turned so that higher is better: itself, or its negative; a zero without a sign, as ranks would tell two apart. */
    public double orient(double score) {
        return sign * score + 0.0;
    }
}
