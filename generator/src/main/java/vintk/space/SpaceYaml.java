package vintk.space;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** The YAML of a space file: one document, without what the reader of YAML would take for something else than it says. */
final class SpaceYaml {
    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

    private SpaceYaml() {}

    /** The tree, {@link MissingNode} of an empty file. */
    static JsonNode parse(String file, String text) throws IOException {
        try (YAMLParser parser = FACTORY.createParser(text);
                YAMLParser tokens = FACTORY.createParser(text)) {
            JsonNode node = MAPPER.readTree(parser);
            if (parser.nextToken() != null) {
                throw problem(
                        file,
                        parser,
                        "expected one space a file, got another document (---): give it a file of its own");
            }
            for (JsonToken token = tokens.nextToken(); token != null; token = tokens.nextToken()) {
                requirePlain(file, tokens);
            }
            return node == null ? MissingNode.getInstance() : node;
        } catch (JsonProcessingException e) {
            throw new SpaceException(file + ": " + said(e), e);
        }
    }

    /** The tree would hold the name of an alias, not what it stands for, and 8 for 010. */
    private static void requirePlain(String file, YAMLParser token) throws IOException {
        if (token.isCurrentAlias()) {
            throw problem(
                    file, token, "expected a value, got the alias *" + token.getText() + ": write the value itself");
        }
        if (token.currentToken().isNumeric() && token.getText().matches("[-+]?0[0-9a-z_].*")) {
            throw problem(file, token, "expected a decimal number without leading zeros, got " + token.getText());
        }
    }

    private static SpaceException problem(String file, YAMLParser at, String complaint) {
        return new SpaceException(file + ": line " + at.currentLocation().getLineNr() + ": " + complaint);
    }

    /** Where YAML ends to be so, and why: the parser says first what it was at. */
    private static String said(JsonProcessingException e) {
        if (e.getCause() instanceof MarkedYAMLException cause && cause.getProblemMark() != null) {
            Mark mark = cause.getProblemMark();
            return "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": expected YAML: "
                    + cause.getProblem();
        }
        String line = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
        return line + "expected YAML: "
                + e.getOriginalMessage().lines().findFirst().orElse("no reason given");
    }
}
