package vintk.space;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One architecture of a space.
 *
 * @param id unique among the candidates at hand; file names are made of it, so letters, digits and {@code . _ + = @ -} only
 * @param space the name of its {@link Space}
 * @param choices one per dimension of the space, in the space's order
 */
public record Candidate(String id, String space, Map<String, Choice> choices) {
    static final int LONGEST_ID = 120;

    public Candidate {
        if (!id.matches("[A-Za-z0-9][A-Za-z0-9._+=@-]*") || id.length() > LONGEST_ID) {
            throw new SpaceException("id: expected up to " + LONGEST_ID
                    + " letters, digits and . _ + = @ - (it names files), got '" + id + "'");
        }
        choices = Collections.unmodifiableMap(new LinkedHashMap<>(choices));
    }

    /** The network at the space's own image size and number of classes. */
    public VisionTransformer resolve(Space of) {
        return resolve(of, of.image(), of.classes());
    }

    /**
     * The network at another size.
     *
     * @param size side of the input image, in pixels
     * @param classes outputs of the head
     */
    public VisionTransformer resolve(Space of, int size, int classes) {
        if (!of.answersTo(space)) {
            throw new SpaceException("candidate " + id + " belongs to space " + space + ", not to " + of.name());
        }
        try {
            return of.resolve(choices, size, classes);
        } catch (IllegalArgumentException e) {
            throw new SpaceException("candidate " + id + ": " + e.getMessage(), e);
        }
    }

    /** {@code {"id":…,"space":…,"choices":{…}}} on one line. */
    public String json() {
        ObjectNode record = JsonNodeFactory.instance.objectNode();
        record.put("id", id).put("space", space);
        ObjectNode chosen = record.putObject("choices");
        choices.forEach((name, choice) -> chosen.set(name, choice.json()));
        return record.toString();
    }
}
